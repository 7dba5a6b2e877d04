// Returns the machine's clock as a new request sees it, for a room whose own clock may stand still.

import { WorkerEntrypoint } from 'cloudflare:workers'
import { systemClock } from '../../system-clock.ts'

export class MachineClock extends WorkerEntrypoint {
  /** Milliseconds since the epoch. */
  now(): number {
    return systemClock.now()
  }
}
