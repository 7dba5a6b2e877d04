// The process of the load generator: one crowd of virtual users at a time.

import { serveCalls } from '../harness/worker-rpc.ts'
import type { Connect, FinishLoad, PostMessages, StartLoad, StartReactions } from './commands.ts'
import { Crowd } from './crowd.ts'
import { Load } from './load.ts'
import { Reactions } from './reactions.ts'
import { timeRequests } from './timed-requests.ts'

let crowd: Crowd | null = null
let load: Load | null = null
let reactions: Reactions | null = null

function current<T>(part: T | null): T {
  if (!part) throw new Error('Nobody is connected')
  return part
}

const handlers = {
  connect(input: Connect) {
    crowd ??= new Crowd(input.dialect)
    load ??= new Load(crowd)
    return crowd.connect(input)
  },
  /** Waits until nothing has arrived for a second. */
  awaitQuiet: () => current(crowd).awaitQuiet(),
  /** Waits until every user knows that so many are online. */
  awaitOnline: (online: number) => current(crowd).awaitOnline(online),
  /** Cuts the connections of a group without a close frame. */
  cut: (group: string) => current(crowd).cut(group),
  /** Connects a group again, all at once, from where each of them was. */
  reconnect: (group: string) => current(crowd).reconnect(group),
  /** Sends by REST, as a socket may not send so many. */
  postMessages: (input: PostMessages) => current(load).post(input),
  startLoad: (input: StartLoad) => current(load).start(input),
  finishLoad: (input: FinishLoad) => current(load).finish(input),
  startReactions(input: StartReactions) {
    reactions ??= new Reactions(current(crowd))
    reactions.start(input)
  },
  /** Ends after so many reactions, and when each was answered. */
  finishReactions: (count: number) => current(reactions).finish(count),
  /** What all users received since the last call. */
  received: () => current(crowd).takeReceived(),
  timeRequests,
  disconnect() {
    crowd?.disconnect()
    crowd = null
    load = null
    reactions = null
  },
}

export type Handlers = typeof handlers

serveCalls(handlers)
