/** Where a call is in its life. */

export enum CallStatus {
  INITIALIZED,
  CALLING,
  RINGING,
  CONNECTING,
  ESTABLISHED,
  FINISHED,
}
