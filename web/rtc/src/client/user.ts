/** Who a client is. */

export class User {
  constructor(
    readonly identity: string,
    readonly displayName: string,
  ) {}
}
