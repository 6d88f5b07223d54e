/** Names of applications that are there for everybody. */

export enum RingwayCallsConfiguration {
  CONVERSATIONS = "conversations",
}
