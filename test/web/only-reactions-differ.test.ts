import { expect, test } from 'vitest'
import { ChatClient } from '../../src/client/chat-client.ts'
import type { ChatMessage, ChatState } from '../../src/client/state.ts'
import { onlyReactionsDiffer } from '../../src/web/only-reactions-differ.ts'
import { ada, pending, sent } from './messages.ts'

const client = new ChatClient({ url: 'http://localhost', getToken: () => null })
const before: ChatState = { ...client.state, messages: [sent(1), sent(2, { by: ada })] }
const reactions = { counts: { '👍': 2 }, revision: 3 }
const withMessages = (...messages: ChatMessage[]): ChatState => ({ ...before, messages })
const [first, second] = before.messages as [ChatMessage, ChatMessage]

test('reactions of others to any messages may be drawn together', () => {
  expect(onlyReactionsDiffer(before, withMessages({ ...sent(1), reactions }, second))).toBe(true)
  const own = { ...sent(1), ownReactions: ['👍'] }
  expect(
    onlyReactionsDiffer(
      withMessages(own),
      withMessages({ ...own, ownReactions: ['👍'], reactions }),
    ),
  ).toBe(true)
})

test('every other change is drawn at once', () => {
  for (const now of [
    withMessages(first),
    withMessages(first, second, sent(3)),
    withMessages({ ...sent(1), revision: 2 }, second),
    withMessages({ ...sent(1), username: 'Robert' }, second),
    withMessages({ ...sent(1), reactions, ownReactions: ['👍'] }, second),
    withMessages(second, first),
    { ...before, onlineCount: 7 },
  ])
    expect(onlyReactionsDiffer(before, now)).toBe(false)
  expect(onlyReactionsDiffer(withMessages(pending('a')), withMessages(pending('a')))).toBe(false)
})
