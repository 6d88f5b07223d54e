/** What can be pressed during a call, in the same order everywhere. */

import { Ellipsis, type LucideIcon, Mic, MicOff, PhoneOff, ScreenShare, ScreenShareOff, Video, VideoOff } from "lucide-react";
import { Button, Tooltip, TooltipTrigger } from "react-aria-components";
import { useText } from "../texts/texts.js";
import type { Conversation } from "./conversation.js";
import type { View } from "./view.js";

interface Props {
  readonly view: View;
  readonly conversation: Conversation;
  readonly isPanelOpen: boolean;
  onMore(): void;
}

const CAN_SHARE = typeof navigator !== "undefined" && typeof navigator.mediaDevices?.getDisplayMedia === "function";

export function Bar({ view, conversation, isPanelOpen, onMore }: Props) {
  const say = useText();
  const { me, phase, kind, chat } = view;
  const unread = chat?.unread ?? 0;
  const hasCamera = me.camera !== null;
  const isSharing = me.screen !== null;
  // Pictures are sent once there is somebody to send them to.
  const isEarly = phase !== "live";
  return (
    <div className="bar" role="group" aria-label={say("controls")} data-testid="bar">
      <Control
        testid="mute"
        icon={me.isMuted ? MicOff : Mic}
        text={me.isMuted ? say("unmute") : say("mute")}
        letter="M"
        isOff={me.isMuted}
        onPress={() => conversation.mute(!me.isMuted)}
      />
      <Control
        testid="camera"
        icon={hasCamera ? Video : VideoOff}
        text={hasCamera ? say("cameraOff") : say("cameraOn")}
        letter="V"
        isOff={!hasCamera}
        isDisabled={isEarly || me.pending.includes("camera")}
        onPress={() => conversation.camera(!hasCamera)}
      />
      {CAN_SHARE && (
        <Control
          testid="share"
          icon={isSharing ? ScreenShareOff : ScreenShare}
          text={isSharing ? say("shareOff") : say("shareOn")}
          letter="S"
          isOn={isSharing}
          isDisabled={isEarly || me.pending.includes("screen")}
          onPress={() => conversation.share(!isSharing)}
        />
      )}
      <Control
        testid="more"
        icon={Ellipsis}
        text={unread > 0 ? say("moreUnread", { count: unread }) : say("more")}
        badge={unread}
        isExpanded={isPanelOpen}
        onPress={onMore}
      />
      <Control
        testid="hangup"
        icon={PhoneOff}
        text={kind === "room" ? say("leaveRoom") : say("hangup")}
        isDanger
        onPress={() => conversation.hangup()}
      />
    </div>
  );
}

interface Pressable {
  readonly testid: string;
  readonly icon: LucideIcon;
  readonly text: string;
  /** The key that does the same. */
  readonly letter?: string;
  readonly badge?: number;
  /** Something that is usually on is off; something unusual is on. Both stand out. */
  readonly isOff?: boolean;
  readonly isOn?: boolean;
  readonly isDanger?: boolean;
  readonly isDisabled?: boolean;
  readonly isExpanded?: boolean;
  onPress(): void;
}

function Control(props: Pressable) {
  const { testid, icon: Icon, text, letter, badge = 0, isOff = false, isOn = false, isDanger = false, isExpanded } = props;
  const say = useText();
  return (
    <TooltipTrigger delay={400} closeDelay={0}>
      <Button
        className={isDanger ? "round danger apart" : "round"}
        aria-label={text}
        {...(isExpanded === undefined ? {} : { "aria-expanded": isExpanded })}
        data-testid={testid}
        data-stands-out={isOff || isOn}
        isDisabled={props.isDisabled ?? false}
        onPress={props.onPress}
      >
        <Icon size={20} aria-hidden="true" />
        {badge > 0 && (
          <span className="badge" aria-hidden="true">
            {badge > 99 ? "99+" : badge}
          </span>
        )}
      </Button>
      <Tooltip className="tooltip" offset={8}>
        {letter === undefined ? text : say("withKey", { what: text, key: letter })}
      </Tooltip>
    </TooltipTrigger>
  );
}
