/** What a participant of a call with many may hear and do. */

import type { Role as Said } from "../generated/messages.js";

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

/** The role that the house says; none is DEFAULT. */
export function roleOf(said: Said | undefined): Role {
  switch (said?.type) {
    case "MONITOR":
      return new MonitorRole();
    case "ADVISOR":
      return new AdvisorRole([...(said.advised ?? [])]);
    case "LISTENER":
      return new ListenerRole();
    case "AUDITOR":
      return new AuditorRole();
    default:
      return new DefaultRole();
  }
}

/** Whether anybody sees and hears who has this role. */
export function isShown(said: Said | undefined): boolean {
  return said === undefined || said.type === "DEFAULT" || said.type === "ADVISOR";
}

/** Whether both mean the same, in whatever order the advised are named. */
export function isSameRole(one: Said | undefined, other: Said | undefined): boolean {
  const words = (said: Said | undefined): string => [said?.type ?? "DEFAULT", ...[...(said?.advised ?? [])].sort()].join(" ");
  return words(one) === words(other);
}
