/** What a participant of a call with many may hear and do. */

export enum RoleType {
  DEFAULT = "DEFAULT",
  MONITOR = "MONITOR",
  ADVISOR = "ADVISOR",
  LISTENER = "LISTENER",
  AUDITOR = "AUDITOR",
}

export abstract class Role {
  abstract readonly type: RoleType;
}

export class DefaultRole extends Role {
  readonly type = RoleType.DEFAULT;
}

export class MonitorRole extends Role {
  readonly type = RoleType.MONITOR;
}

/** Is heard only by those whose call ids are in `advise`. */
export class AdvisorRole extends Role {
  readonly type = RoleType.ADVISOR;

  constructor(readonly advise: string[] = []) {
    super();
  }
}

export class ListenerRole extends Role {
  readonly type = RoleType.LISTENER;
}

export class AuditorRole extends Role {
  readonly type = RoleType.AUDITOR;
}
