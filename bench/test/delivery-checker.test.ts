// Each kind of fault is counted as what it is, and once, in every dialect.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Dialect } from '../load-generator/commands.ts'
import { DeliveryChecker } from '../load-generator/delivery-checker.ts'
import { dialects } from '../load-generator/dialects.ts'
import { FrameReader } from '../load-generator/frame-reader.ts'
import { numberIn, textOf } from '../load-generator/message-text.ts'

function frame(dialect: Dialect, number: number): object {
  const sent = JSON.parse(dialects.bare.encode(number, textOf(number, 60)))
  return dialect === 'socket.io' ? ['new_message', sent.data] : sent
}

function encode(dialect: Dialect, frames: object[]): Buffer {
  const text = JSON.stringify(frames.length === 1 ? frames[0] : frames)
  return Buffer.from(dialect === 'socket.io' ? `42${text}` : text)
}

/** @param received WebSocket messages of each receiver, as the numbers of their frames */
function check(dialect: Dialect, ...received: number[][][]) {
  const { parse, isOrdered } = dialects[dialect]
  const reader = new FrameReader(parse)
  const checker = new DeliveryChecker(isOrdered)
  checker.begin()
  for (const _ of received) checker.addReceiver()
  const sent = 1 + Math.max(...received.flat(2))
  for (let number = 0; number < sent; number++) checker.expect(0)
  for (const [receiver, messages] of received.entries())
    for (const numbers of messages) {
      const raw = encode(
        dialect,
        numbers.map((number) => frame(dialect, number)),
      )
      for (const batch of reader.read(raw)) checker.take(receiver, batch, 0)
    }
  const { isSettled } = checker
  checker.giveUp()
  const { lost, doubled, disordered } = checker.takeFaults()
  return { isSettled, lost, doubled, disordered }
}

const faultless = { isSettled: true, lost: 0, doubled: 0, disordered: 0 }
const each = (...numbers: number[]) => numbers.map((number) => [number])

for (const dialect of ['bare', 'plain', 'chat.v1', 'socket.io'] as const) {
  const cases: [what: string, second: number[][], expected: object][] = [
    ['the same order at all receivers is faultless', each(0, 1, 2), {}],
    ['a missing message is lost', each(0, 2), { isSettled: false, lost: 1 }],
    ['a missing last message is lost', each(0, 1), { isSettled: false, lost: 1 }],
    ['a repeated message is doubled', each(0, 1, 1, 2), { doubled: 1 }],
    ['a message after its successor is out of order', each(1, 0, 2), { disordered: 1 }],
  ]
  for (const [what, second, expected] of cases)
    test(`${dialect}: ${what}`, () => {
      assert.deepEqual(check(dialect, each(0, 1, 2), second), { ...faultless, ...expected })
    })
}

test('chat.v1: other batches of the same messages are faultless', () => {
  assert.deepEqual(check('chat.v1', [[0, 1, 2, 3]], [[0], [1, 2, 3]]), faultless)
})

test('chat.v1: the same wrong bytes are counted at each receiver', () => {
  assert.equal(check('chat.v1', [[0, 1, 2]], [[1, 0, 2]], [[1, 0, 2]]).disordered, 2)
})

test('chat.v1: ids that fall are out of order', () => {
  assert.equal(check('chat.v1', [[1, 0]], [[1, 0]]).disordered, 1)
})

test('a text carries its number', () => {
  const { data } = JSON.parse(dialects.plain.encode(1_234_567, textOf(1_234_567, 60)))
  assert.equal(data.content.length, 60)
  assert.equal(numberIn(data.content), 1_234_567)
})
