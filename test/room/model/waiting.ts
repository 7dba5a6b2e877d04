// Waits with a limit. The limit is a number of round trips, so that it grows with the machine's
// load, and each trip is real I/O, which lets the runtime do its work.

import { ringUntil, roundTrip } from '../../support/chat.ts'

const roundTripsMax = 3_000

type Done = () => boolean | Promise<boolean>

function withTripsMax(what: string, done: Done): () => Promise<boolean> {
  let roundTrips = 0
  return async () => {
    if (roundTrips++ > roundTripsMax) throw new Error(`Waited too long: ${what}`)
    return done()
  }
}

export async function waitUntil(what: string, done: Done): Promise<void> {
  const isDone = withTripsMax(what, done)
  while (!(await isDone())) await roundTrip()
}

/** The same, but each trip runs the room's alarm, which moves the room's time on. */
export function runAlarmUntil(what: string, done: Done): Promise<void> {
  return ringUntil(withTripsMax(what, done))
}
