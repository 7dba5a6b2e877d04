// Waiting that ends. Patience is counted in round trips, so that it grows with the machine's load,
// and each trip is real I/O, which lets the runtime do what is waited for.

import { ringUntil, roundTrip } from '../../support/chat.ts'

const tripsMax = 3_000

type Done = () => boolean | Promise<boolean>

function patiently(what: string, done: Done): () => Promise<boolean> {
  let trips = 0
  return async () => {
    if (trips++ > tripsMax) throw new Error(`In vain: ${what}`)
    return done()
  }
}

export async function until(what: string, done: Done): Promise<void> {
  const isDone = patiently(what, done)
  while (!(await isDone())) await roundTrip()
}

/** The same, while the room's alarm rings and so moves its time on. */
export function untilRung(what: string, done: Done): Promise<void> {
  return ringUntil(patiently(what, done))
}
