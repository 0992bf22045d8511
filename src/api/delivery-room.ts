// Room for the bodies of deliveries that are on their way: nobody is known yet, so what all of them may take is bounded.

/** Bodies above this many bytes are large. */
export const LARGE_BODY_BYTES = 1024 * 1024;
/** Large ones at a time (reference/providers.md 3, rule 5). */
const MAX_LARGE = 4;
/** Bytes of all bodies at a time, until they are stored or refused: four of the largest, and thousands of small ones. */
const MAX_BYTES = 192 * 1024 * 1024;

/** What one body takes. */
export interface RoomClaim {
  /** Takes more. @returns false when there is no room */
  grow(bytes: number): boolean;
  /** Says that the body is large, once it is known. @returns false when there are too many */
  large(): boolean;
  /** Gives all of it back. */
  release(): void;
}

/** The room of a server. */
export class DeliveryRoom {
  #bytes = 0;
  #large = 0;

  /** Makes a claim that has taken nothing yet. */
  claim(): RoomClaim {
    let bytes = 0;
    let isLarge = false;
    let isOver = false;
    return {
      grow: (more) => {
        if (this.#bytes + more > MAX_BYTES) return false;
        bytes += more;
        this.#bytes += more;
        return true;
      },
      large: () => {
        if (!isLarge && this.#large >= MAX_LARGE) return false;
        if (!isLarge) this.#large += 1;
        isLarge = true;
        return true;
      },
      release: () => {
        if (isOver) return;
        isOver = true;
        this.#bytes -= bytes;
        if (isLarge) this.#large -= 1;
      },
    };
  }
}
