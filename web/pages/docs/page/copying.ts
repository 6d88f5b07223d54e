/** A button on each block of code that puts it on the clipboard. */

import { element } from "./element.js";

const SHOWN_MS = 2000;

export function startCopying(): void {
  // Browsers have a clipboard for pages only where they are reached by HTTPS or localhost.
  if (!navigator.clipboard) return;
  const said = element("p", { className: "unseen", role: "status" });
  document.body.append(said);
  for (const block of document.querySelectorAll("pre")) {
    const button = element("button", { type: "button", className: "copy" }, "Copy");
    button.onclick = async () => {
      const done = await navigator.clipboard.writeText(block.textContent ?? "").then(
        () => "Copied",
        () => "Not allowed",
      );
      said.textContent = button.textContent = done;
      setTimeout(() => (button.textContent = "Copy"), SHOWN_MS);
    };
    const box = element("div", { className: "code" });
    block.replaceWith(box);
    box.append(block, button);
  }
}
