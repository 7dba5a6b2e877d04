import { z } from '@hono/zod-openapi'
import { describe, expect, test } from 'vitest'
import { parseFrame } from '../../src/contract/parse-frame.ts'
import '../../src/contract/error-sentences.ts'

const sentenceOf = (event: string, data: object): string => {
  const parsed = parseFrame(JSON.stringify({ event, data }))
  return parsed.ok ? 'accepted' : parsed.message
}

describe('a value of another type is refused with a sentence', () => {
  test.each<[string, object, string]>([
    ['mark_read', {}, 'message_id: Is required.'],
    ['mark_read', { message_id: null }, 'message_id: Must be text.'],
    ['send_message', { content: 'a', reply_to: null }, 'reply_to: Must be text.'],
    ['send_message', { content: 'a', mentions: null }, 'mentions: Must be a list.'],
    ['send_message', { content: 'a', mentions: [5] }, 'mentions.0: Must be text.'],
    ['send_message', { content: 'a', mentions_room: 1 }, 'mentions_room: Must be true or false.'],
  ])('in the frame %s: %j', (event, data, sentence) => {
    expect(sentenceOf(event, data)).toBe(sentence)
  })

  test('whatever type is expected', () => {
    const types = [z.string(), z.number(), z.int(), z.boolean(), z.array(z.string()), z.object({})]
    const sentences = types.flatMap((type) =>
      [undefined, null, Symbol('other')].map(
        (value) => type.safeParse(value).error?.issues[0]?.message,
      ),
    )
    for (const sentence of sentences)
      expect(sentence).toMatch(/^(Is required|Must be [a-zA-Z ]+)\.$/)
  })
})
