/** A room, as an application holds it. */

import type { CallEventHandler, RoomCallEventName } from "../events/calls.js";
import type { CustomData } from "../options/custom-data.js";
import type { RoomCallOptions } from "../options/room.js";
import type { Gathering } from "./gathering.js";
import { HeldCall } from "./held.js";
import type { RoomCall } from "./interfaces.js";

export class HeldRoom extends HeldCall<RoomCallOptions> implements RoomCall {
  readonly #gathering: Gathering;

  constructor(gathering: Gathering) {
    super(gathering);
    this.#gathering = gathering;
  }

  on<K extends RoomCallEventName>(name: K, handler: CallEventHandler<K>): void {
    this.#gathering.events.on(name, handler);
  }

  name(): string {
    return this.#gathering.name;
  }

  customData(): CustomData {
    return this.options().customData;
  }

  // The familiar types promise a Date always; before it there is none.
  joinTime(): Date {
    return this.#gathering.establishTime as Date;
  }

  leaveTime(): Date {
    return this.#gathering.endTime as Date;
  }

  leave(): void {
    this.#gathering.hangup();
  }
}
