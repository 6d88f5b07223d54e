/** What the address of the page says: the visitor's name, and the room they go to. */

export interface Address {
  readonly name: string | null;
  readonly room: string | null;
}

/** Null for what is absent or empty. */
export function read(href: string): Address {
  const { searchParams } = new URL(href);
  return { name: searchParams.get("name") || null, room: searchParams.get("room") || null };
}

/** The same address for this state; without a fragment. */
export function written(href: string, { name, room }: Address): string {
  const address = new URL(href);
  address.search = "";
  address.hash = "";
  if (name !== null) address.searchParams.set("name", name);
  if (room !== null) address.searchParams.set("room", room);
  return address.href;
}
