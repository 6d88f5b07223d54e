/** Microphone or camera can't be used: what helps, and the way to go on without. */

import type { ReactNode } from "react";
import { Dialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import { Button } from "../controls/Button.js";
import { DeviceTrouble } from "../devices/DeviceTrouble.js";
import { useText } from "../texts/texts.js";
import type { Gate, Journey } from "../journey/journey.js";

export function GateDialog({ journey, gate }: { readonly journey: Journey; readonly gate: Gate | null }): ReactNode {
  const say = useText();
  if (gate === null) return null;
  const { microphone, camera } = gate.troubles;
  const without =
    microphone === undefined ? "goOnWithoutCamera" : camera === undefined ? "goOnWithoutMicrophone" : "goOnWithout";
  return (
    <ModalOverlay className="veil" isOpen onOpenChange={(isOpen) => !isOpen && journey.closeGate()}>
      <Modal className="modal">
        <Dialog className="card dialog" data-testid="gate">
          <Heading slot="title" level={2}>
            {say("gateTitle")}
          </Heading>
          {microphone !== undefined && <DeviceTrouble which="microphone" trouble={microphone} />}
          {camera !== undefined && <DeviceTrouble which="camera" trouble={camera} />}
          <div className="row">
            <Button as="main" testid="gate-again" autoFocus onPress={() => void journey.wish(gate.wish)}>
              {say("tryAgain")}
            </Button>
            <Button testid="gate-without" onPress={() => journey.goOnWithout()}>
              {say(without)}
            </Button>
            <Button testid="gate-cancel" onPress={() => journey.closeGate()}>
              {say("cancel")}
            </Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
