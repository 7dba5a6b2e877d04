import { describe, expect, test } from 'vitest'
import { ChatProblem, type ChatProblemCode } from '../../src/client/problem.ts'
import { changeFailure, sendFailure } from '../../src/web/failure.ts'

const failed = (content: string, code: ChatProblemCode, message = '') =>
  sendFailure({ content, problem: new ChatProblem(code, message) })

describe('a message that was not sent', () => {
  test.each([
    ['outdated', 'Not sent: it waited for too long.'],
    ['client_id_reused', 'Not sent: something went wrong on the way.'],
  ] as const)('%s can be sent again as it is', (code, text) => {
    expect(failed('Hello', code)).toEqual({ text, remedy: 'retry' })
  })

  test.each([
    [
      'invalid',
      '\u200B \u2060',
      'content: Must hold something visible.',
      'Not sent: it holds nothing that can be seen.',
    ],
    [
      'invalid',
      'a'.repeat(2_001),
      'content: Must have at most 2000 characters.',
      'Not sent: it must have at most 2000 characters.',
    ],
    [
      'invalid',
      'Hello\uD83D',
      'content: Must not hold NUL or half a surrogate pair.',
      'Not sent: it holds a broken character. Copy the text from elsewhere, or type it.',
    ],
    ['too_large', 'a'.repeat(40_000), 'Too long.', 'Not sent: it is too long.'],
  ] as const)('%s goes back to be written anew, for no retry would help', (...example) => {
    const [code, content, message, text] = example
    expect(failed(content, code, message)).toEqual({ text, remedy: 'rewrite' })
  })

  test('for a reason that is not known here is explained by the service', () => {
    const answer = 'The room is closed for the night.'
    expect(failed('Hello', 'unavailable', answer)).toEqual({
      text: `Not sent. ${answer}`,
      remedy: 'retry',
    })
  })
})

describe('a change that was refused', () => {
  test('says that its outcome is unknown where no answer came', () => {
    const silence = new ChatProblem('network', 'There was no answer.')
    expect(changeFailure('saved', 'Hello', silence)).toBe(
      'There was no answer: perhaps it is not saved. Try again.',
    )
  })

  test('says what is wrong with the text', () => {
    const errors = { content: 'Must have at most 2000 characters.' }
    const refusal = new ChatProblem('invalid', 'Some values are not valid.', { errors })
    expect(changeFailure('saved', 'Hello', refusal)).toBe(
      'Not saved: it must have at most 2000 characters.',
    )
  })

  test('says that the message is gone', () => {
    const refusal = new ChatProblem('not_found', 'There is nothing at this address.')
    expect(changeFailure('deleted', null, refusal)).toBe(
      'Not deleted: the message is deleted already.',
    )
  })
})
