// Finds the own messages that the room has not accepted. They are at the end of the list, so only the
// end is searched.

import type { ChatMessage } from '../../client/state.ts'

export function pendingOf(messages: readonly ChatMessage[]): readonly ChatMessage[] {
  return messages.slice(messages.findLastIndex(({ state }) => state === 'sent') + 1)
}
