/** Light, dark, or as the system has it: set before anything is drawn, changed by hand, remembered. */

{
  const KEY = "ringway-theme";
  const WORDS = { system: "Colours: as the system", light: "Colours: light", dark: "Colours: dark" };
  type Theme = keyof typeof WORDS;
  const order = Object.keys(WORDS) as Theme[];

  const kept = (): Theme => {
    const text = localStorage.getItem(KEY);
    return order.find((theme) => theme === text) ?? "system";
  };
  const apply = (theme: Theme): void => void (document.documentElement.dataset["theme"] = theme);

  apply(kept());
  document.addEventListener("DOMContentLoaded", () => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "tool";
    const tell = (theme: Theme): void => void (button.title = button.ariaLabel = WORDS[theme]);
    button.textContent = "◐";
    tell(kept());
    button.onclick = () => {
      const next = order[(order.indexOf(kept()) + 1) % order.length] ?? "system";
      localStorage.setItem(KEY, next);
      apply(next);
      tell(next);
    };
    document.getElementById("tools")?.append(button);
  });
}
