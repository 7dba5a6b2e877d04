// Finds one message: in a list, or else by a call. Replies to it show it from then on.

import type { Message } from '../contract.ts'
import { ChatProblem } from '../problem.ts'
import type { ChatRest } from '../rest.ts'
import type { MessageViews } from './message-views.ts'

/** @returns a function of which calls at the same time load a message once */
export function createLookUp(rest: ChatRest, { find, changes, targets }: MessageViews) {
  const running = new Map<string, Promise<Message>>()

  async function load(id: string): Promise<Message> {
    const ask = () => rest.message(id)
    const current = await changes.during(ask, (message) => {
      if (changes.isGone(message)) throw new ChatProblem('not_found', 'The message was deleted.')
      const now = changes.current(message)
      targets.update(now)
      return now
    })
    // The list was replaced meanwhile, and is newer.
    return current ?? find(id) ?? load(id)
  }

  return async (id: string): Promise<Message> => {
    const present = find(id) ?? running.get(id)
    if (present) return present
    const loading = load(id).finally(() => running.delete(id))
    running.set(id, loading)
    return loading
  }
}
