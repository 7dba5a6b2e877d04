// Each kind of fault is counted as what it is, and once, in every dialect.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Ledger } from '../generator/ledger.ts'
import type { Dialect } from '../generator/orders.ts'
import { numberIn, speeches } from '../generator/speech.ts'

/** @param seq one more than the number, unless it is said */
function told(dialect: Dialect, number: number, seq = number + 1): object {
  const sent = JSON.parse(speeches.bare.say(number))
  return dialect === 'socket.io' ? ['new_message', sent.data] : { ...sent, seq }
}

function encode(dialect: Dialect, frames: object[]): Buffer {
  const text = JSON.stringify(frames.length === 1 ? frames[0] : frames)
  return Buffer.from(dialect === 'socket.io' ? `42${text}` : text)
}

/** What two receivers get: a list of WebSocket messages each, of frames. */
function judge(dialect: Dialect, expected: number, first: object[][], second: object[][]) {
  const ledger = new Ledger(speeches[dialect], 2)
  for (let number = 0; number < expected; number++) ledger.expect(0)
  for (const [receiver, messages] of [first, second].entries())
    for (const frames of messages) ledger.take(receiver, encode(dialect, frames), 0)
  const { settled } = ledger
  ledger.giveUp()
  const { lost, doubled, disordered } = ledger.faults
  return { settled, lost, doubled, disordered }
}

const fine = { settled: true, lost: 0, doubled: 0, disordered: 0 }

for (const dialect of ['bare', 'plain', 'chat.v1', 'socket.io'] as const) {
  const each = (...numbers: number[]) => numbers.map((number) => [told(dialect, number)])

  test(`${dialect}: what all get in one order is fine`, () => {
    assert.deepEqual(judge(dialect, 3, each(0, 1, 2), each(0, 1, 2)), fine)
  })
  test(`${dialect}: a hole is a loss`, () => {
    const found = judge(dialect, 3, each(0, 1, 2), each(0, 2))
    assert.deepEqual(found, { ...fine, settled: false, lost: 1 })
  })
  test(`${dialect}: what never came to the last is a loss`, () => {
    const found = judge(dialect, 3, each(0, 1, 2), each(0, 1))
    assert.deepEqual(found, { ...fine, settled: false, lost: 1 })
  })
  test(`${dialect}: what comes twice is doubled`, () => {
    assert.deepEqual(judge(dialect, 3, each(0, 1, 2), each(0, 1, 1, 2)), { ...fine, doubled: 1 })
  })
  test(`${dialect}: what comes behind its follower is out of order`, () => {
    assert.deepEqual(judge(dialect, 3, each(0, 1, 2), each(1, 0, 2)), { ...fine, disordered: 1 })
  })
}

test('chat.v1: other batches of the same messages are fine', () => {
  const frames = [0, 1, 2, 3].map((number) => told('chat.v1', number))
  const found = judge('chat.v1', 4, [frames], [frames.slice(0, 1), frames.slice(1)])
  assert.deepEqual(found, fine)
})

test('chat.v1: the same wrong bytes at two receivers are wrong at both', () => {
  const right = [0, 1, 2].map((number) => told('chat.v1', number))
  const wrong = [1, 0, 2].map((number) => told('chat.v1', number))
  const ledger = new Ledger(speeches['chat.v1'], 3)
  for (const _ of right) ledger.expect(0)
  for (const [receiver, frames] of [right, wrong, wrong].entries())
    ledger.take(receiver, encode('chat.v1', frames), 0)
  assert.equal(ledger.faults.disordered, 2)
})

test('chat.v1: a hole in seq is out of order', () => {
  const frames = [told('chat.v1', 0, 1), told('chat.v1', 1, 3)]
  assert.deepEqual(judge('chat.v1', 2, [frames], [frames]), { ...fine, disordered: 1 })
})

test('chat.v1: ids that fall are out of order', () => {
  const frames = [told('chat.v1', 1, 1), told('chat.v1', 0, 2)]
  assert.deepEqual(judge('chat.v1', 2, [frames], [frames]), { ...fine, disordered: 1 })
})

test('a message carries its number', () => {
  const { data } = JSON.parse(speeches.plain.say(1_234_567))
  assert.equal(numberIn(data.content), 1_234_567)
})

for (const dialect of ['plain', 'chat.v1', 'socket.io'] as const)
  test(`${dialect}: a number that is said again is not the same message, tried again`, () => {
    const { say } = speeches[dialect]
    assert.notEqual(say(0), say(0))
  })
