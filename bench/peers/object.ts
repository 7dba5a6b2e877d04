// Starts a peer that is a Durable Object in workerd, as our room is.

import type { RunningSubject } from '../subject/subject.ts'
import { startWorkerd } from '../subject/workerd.ts'

const entry = `
export default {
  fetch: (request, env) => env.ROOM.getByName('room').fetch(request),
}
`

/** @param room source of a class `Room`, exported. */
export async function startObject(
  room: string,
  compatibilityDate: string,
): Promise<RunningSubject> {
  const { url, pid, stop } = await startWorkerd({
    script: room + entry,
    modules: true,
    compatibilityDate,
    durableObjects: { ROOM: { className: 'Room', useSQLite: true } },
  })
  return { doors: [{ url, subprotocols: [] }], pid, stop }
}
