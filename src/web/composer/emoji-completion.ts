// Completes the name of an emoji after a colon.

import { matchingEmoji } from '../emoji/emoji-names.ts'
import { emojiLabel } from '../strings/en.json'
import type { CompletionSource } from './completion.ts'
import { emojiQuery } from './emoji-query.ts'

const shownMax = 6
export const emojiCompletion: CompletionSource = {
  label: emojiLabel,
  typedAt: emojiQuery,
  suggest: (query) =>
    matchingEmoji(query, shownMax).map(({ emoji, names: [name = ''] }) => ({
      id: emoji,
      text: emoji,
      label: () => [emoji, ` :${name}:`],
    })),
}
