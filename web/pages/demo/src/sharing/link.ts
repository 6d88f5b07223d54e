/** Links that bring others here, and what a visitor brings in theirs. */

/** Where other devices reach this page, and what lets them in. */
export interface Sharing {
  readonly url: string;
  readonly invitation: string;
}

const INVITATION = "invitation";

/**
 * The link to the page, or to a room of it. Without `sharing` it is the page's own address, which
 * may be one that only this computer knows; an invitation is in the fragment, which no server is told.
 */
export function linkTo(page: string, sharing: Sharing | null, room: string | null, invitation: string | null): string {
  const link = new URL(sharing?.url ?? page);
  link.search = "";
  link.hash = "";
  if (room !== null) link.searchParams.set("room", room);
  const code = sharing?.invitation ?? invitation;
  if (code !== null && code !== "") link.hash = `${INVITATION}=${encodeURIComponent(code)}`;
  return link.href;
}

/** Whether only this computer understands the link. */
export function isLocal(link: string): boolean {
  const { hostname } = new URL(link);
  return hostname === "localhost" || hostname === "[::1]" || /^127\./.test(hostname) || hostname.endsWith(".localhost");
}

/**
 * Take the invitation out of the address bar, where it would be copied and seen, and keep it for this tab.
 * Returns the one that was brought or kept, or null.
 */
export function takeInvitation(
  location: { readonly href: string },
  replace: (address: string) => void,
  kept: Pick<Storage, "getItem" | "setItem">,
): string | null {
  const address = new URL(location.href);
  const brought = new URLSearchParams(address.hash.slice(1)).get(INVITATION);
  if (brought === null) return kept.getItem(INVITATION);
  address.hash = "";
  replace(address.href);
  kept.setItem(INVITATION, brought);
  return brought;
}
