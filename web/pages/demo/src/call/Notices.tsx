/** What is wrong or worth knowing, each as one sentence with one button that helps. */

import { CircleAlert, Info, LoaderCircle, type LucideIcon, SignalLow, X } from "lucide-react";
import { Button } from "react-aria-components";
import { useNow } from "../controls/now.js";
import { Copy } from "../controls/Copy.js";
import type { Say } from "../texts/texts.js";
import { useText } from "../texts/texts.js";
import type { Conversation } from "./conversation.js";
import { type Notice, noticesOf } from "./notices.js";
import type { View } from "./view.js";

interface Props {
  readonly view: View;
  readonly conversation: Conversation;
  onDevices(): void;
  onPlay(): void;
}

interface Act {
  readonly text: string;
  do(): void;
}

const ICONS: Record<Notice["kind"], LucideIcon> = {
  lost: LoaderCircle,
  "other-lost": LoaderCircle,
  trouble: CircleAlert,
  "sound-blocked": CircleAlert,
  "muted-talk": Info,
  "share-ended": Info,
  weak: SignalLow,
  "other-weak": SignalLow,
};

export function Notices({ view, conversation, onDevices, onPlay }: Props) {
  const say = useText();
  const notices = noticesOf(view);
  return (
    <div className="notices">
      {/* Said once each, and without the seconds that change all the time. */}
      <div className="unseen" role="status" data-testid="notices-said">
        {notices.map((notice) => (
          <p key={notice.kind}>{notice.kind === "lost" ? say("noticeLostSaid") : sentence(notice, say, 0)}</p>
        ))}
      </div>
      {notices.map((notice) => {
        const act = actOf(notice, say, conversation, { onDevices, onPlay });
        const Icon = ICONS[notice.kind];
        return (
          <div key={notice.kind} className="notice" data-testid="notice" data-kind={notice.kind}>
            <Icon size={20} aria-hidden="true" />
            <Sentence notice={notice} />
            {act !== null && (
              <Button className="button" data-testid="notice-act" onPress={act.do}>
                {act.text}
              </Button>
            )}
            {canClose(notice) && (
              <Button className="round tool" aria-label={say("noticeDismiss")} onPress={() => conversation.dismiss()}>
                <X size={20} aria-hidden="true" />
              </Button>
            )}
          </div>
        );
      })}
    </div>
  );
}

function Sentence({ notice }: { readonly notice: Notice }) {
  const say = useText();
  const now = useNow(notice.kind === "lost");
  const seconds = notice.kind === "lost" ? Math.max(0, Math.floor((now - notice.since) / 1_000)) : 0;
  return (
    <div className="sentence">
      <p>{sentence(notice, say, seconds)}</p>
      {notice.kind === "trouble" && (
        <details>
          <summary>{say("details")}</summary>
          <code>{notice.code}</code>{" "}
          <Copy text={notice.code} testid="notice-copy" as="link">
            {say("copy")}
          </Copy>
        </details>
      )}
    </div>
  );
}

function canClose({ kind }: Notice): boolean {
  return kind === "trouble" || kind === "muted-talk" || kind === "share-ended";
}

function sentence(notice: Notice, say: Say, seconds: number): string {
  switch (notice.kind) {
    case "lost":
      return say("noticeLost", { seconds });
    case "other-lost":
      return say("noticeOtherLost", { who: notice.who });
    case "weak":
      return notice.hasCamera ? say("noticeWeakCamera") : say("noticeWeak");
    case "other-weak": {
      const [first = "", ...more] = notice.who;
      const who = new Intl.ListFormat(undefined, { type: "conjunction" }).format(notice.who);
      return more.length === 0 ? say("noticeOtherWeak", { who: first }) : say("noticeOthersWeak", { who });
    }
    case "muted-talk":
      return say("noticeMutedTalk");
    case "share-ended":
      return say("noticeShareEnded");
    case "sound-blocked":
      return say("noticeSoundBlocked");
    case "trouble":
      return troubleSentence(notice, say);
  }
}

function troubleSentence({ act, code }: Extract<Notice, { kind: "trouble" }>, say: Say): string {
  if (act === "speaker") return say("noticeSpeaker");
  if (act === "screen") return code === "DEVICE_FORBIDDEN" ? say("noticeScreenRefused") : say("noticeScreenFailed");
  const isCamera = act === "camera";
  switch (code) {
    case "DEVICE_FORBIDDEN":
      return isCamera ? say("cameraRefused") : say("microphoneRefused");
    case "DEVICE_NOT_FOUND":
      return isCamera ? say("cameraMissing") : say("microphoneMissing");
    case "DEVICE_UNAVAILABLE":
      if (act === "device") return say("noticeDeviceGone");
      return isCamera ? say("cameraBusy") : say("microphoneBusy");
    default:
      return say("noticeFailed");
  }
}

function actOf(
  notice: Notice,
  say: Say,
  conversation: Conversation,
  { onDevices, onPlay }: Pick<Props, "onDevices" | "onPlay">,
): Act | null {
  switch (notice.kind) {
    case "weak":
      return notice.hasCamera ? { text: say("actCameraOff"), do: () => conversation.camera(false) } : null;
    case "muted-talk":
      return { text: say("actUnmute"), do: () => conversation.mute(false) };
    case "share-ended":
      return { text: say("actShareAgain"), do: () => conversation.share(true) };
    case "sound-blocked":
      return { text: say("actPlay"), do: onPlay };
    case "trouble":
      if (notice.act === "camera") return { text: say("actTryAgain"), do: () => conversation.camera(true) };
      if (notice.act === "screen") return { text: say("actTryAgain"), do: () => conversation.share(true) };
      return { text: say("actDevices"), do: onDevices };
    default:
      return null;
  }
}
