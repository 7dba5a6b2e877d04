// Own messages that the room has not accepted. They are the last ones of the list, so that counting
// them does not take a walk through all of it.

import type { ChatMessage } from '../client/state.ts'

export function pendingOf(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(messages.findLastIndex(({ state }) => state === 'sent') + 1)
}
