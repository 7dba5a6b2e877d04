import { describe, expect, test } from 'vitest'
import { ChatProblem, type ChatProblemCode } from '../../src/client/problem.ts'
import { changeFailure, moderationFailure, sendFailure } from '../../src/web/text/failures.ts'

const failed = (content: string, code: ChatProblemCode, message = '') =>
  sendFailure({ content, problem: new ChatProblem(code, message) })

describe('the text for a message that was not sent', () => {
  test.each([
    ['outdated', 'Not sent: the message waited too long.'],
    ['client_id_reused', 'Not sent: something went wrong on the way.'],
    ['muted', 'Not sent: you are muted.'],
    ['banned', 'Not sent: you are banned from this room.'],
  ] as const)('%s offers to send it again', (code, text) => {
    expect(failed('Hello', code)).toEqual({ text, remedy: 'retry' })
  })

  test.each([
    [
      'invalid',
      '\u200B \u2060',
      'content: Must hold something visible.',
      'Not sent: the text has no visible characters.',
    ],
    [
      'invalid',
      'a'.repeat(2_001),
      'content: Must have at most 2000 characters.',
      'Not sent: the text must have at most 2000 characters.',
    ],
    [
      'invalid',
      'Hello\uD83D',
      'content: Must not hold NUL or half a surrogate pair.',
      'Not sent: the text has a broken character. Type it, or copy it again.',
    ],
    ['too_large', 'a'.repeat(40_000), 'Too long.', 'Not sent: the text is too long.'],
    [
      'not_found',
      'I agree',
      'There is no such message to reply to.',
      'Not sent: the message that it replies to was deleted.',
    ],
  ] as const)('%s offers to edit it, because a retry cannot succeed', (...example) => {
    const [code, content, message, text] = example
    expect(failed(content, code, message)).toEqual({ text, remedy: 'rewrite' })
  })

  test('offers to edit a text that the room does not accept', () => {
    const answer = 'This room does not accept this text. Write it in other words.'
    expect(failed('Hello', 'content_refused', answer)).toEqual({
      text: `Not sent. ${answer}`,
      remedy: 'rewrite',
    })
  })

  test('shows the detail of the service for any other code', () => {
    const answer = 'The room is closed for the night.'
    expect(failed('Hello', 'unavailable', answer)).toEqual({
      text: `Not sent. ${answer}`,
      remedy: 'retry',
    })
  })
})

describe('the text for a change that was refused', () => {
  test('says that the outcome is unknown without an answer', () => {
    const silence = new ChatProblem('network', 'The chat does not answer. Try again.')
    expect(changeFailure('saved', 'Hello', silence)).toBe(
      'The service did not answer: perhaps the message is not saved. Try again.',
    )
  })

  test('says what is wrong with the text', () => {
    const errors = { content: 'Must have at most 2000 characters.' }
    const refusal = new ChatProblem('invalid', 'Some values are not valid.', { errors })
    expect(changeFailure('saved', 'Hello', refusal)).toBe(
      'Not saved: the text must have at most 2000 characters.',
    )
  })

  test('says that the message was already deleted', () => {
    const refusal = new ChatProblem('not_found', 'There is nothing at this address.')
    expect(changeFailure('deleted', null, refusal)).toBe(
      'Not deleted: the message was already deleted.',
    )
  })

  test('names a mute', () => {
    const refusal = new ChatProblem('muted', 'A moderator has muted you.')
    expect(changeFailure('saved', 'Hello', refusal)).toBe('Not saved: you are muted.')
  })

  test('says why a message was not pinned, which has nothing to do with its text', () => {
    const refusal = new ChatProblem('invalid', 'At most 5 messages can be pinned. Unpin one first.')
    expect(changeFailure('pinned', null, refusal)).toBe(
      'Not pinned. At most 5 messages can be pinned. Unpin one first.',
    )
  })
})

describe('the text for a call of moderation that was refused', () => {
  const refusal = (code: ChatProblemCode, details = {}) =>
    moderationFailure(new ChatProblem(code, 'The sentence of the service.', details))

  test.each<[ChatProblemCode, string]>([
    ['network', 'The service did not answer: perhaps it is not done. Try again.'],
    ['muted', 'You are muted.'],
    ['banned', 'You are banned from this room.'],
    ['outdated', 'This has changed since you read it. Read it again, and repeat your change.'],
    ['forbidden', 'The sentence of the service.'],
    ['posting_closed', 'The sentence of the service.'],
    ['content_refused', 'The sentence of the service.'],
    ['slow_mode', 'The sentence of the service.'],
  ])('%s', (code, text) => {
    expect(refusal(code)).toBe(text)
  })

  test('says when to try again', () => {
    expect(refusal('rate_limited', { retryAfterMs: 7_200_000 })).toBe(
      'The sentence of the service. You can try again in 2 h.',
    )
  })

  test('says what is not valid', () => {
    const errors = { until: 'Must be before 9999-12-31.' }
    expect(refusal('invalid', { errors })).toBe('Must be before 9999-12-31.')
  })

  test('is about the answer if something else was thrown', () => {
    expect(moderationFailure(new TypeError('fetch failed'))).toBe(
      'The service did not answer: perhaps it is not done. Try again.',
    )
  })
})
