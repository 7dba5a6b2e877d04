import { describe, expect, test } from 'vitest'
import { Reading } from '../../src/web/reading.ts'
import { ada, idOf, pending, sent } from './said.ts'

const readingFrom = (seenId: string | null) => new Reading({ userId: ada.id, seenId })

describe('the unread', () => {
  test('are none on a first visit', () => {
    const reading = readingFrom(null)
    reading.read([sent(1), sent(2)], 'elsewhere')
    expect([reading.count, reading.markedKey, reading.seenId]).toEqual([0, null, idOf(2)])
  })

  test('begin after what was seen on the last visit', () => {
    const reading = readingFrom(idOf(1))
    reading.read([sent(1), sent(2), sent(3)], 'elsewhere')
    expect([reading.count, reading.markedKey, reading.seenId]).toEqual([2, idOf(2), idOf(1)])
  })

  test('are others’ messages only', () => {
    const reading = readingFrom(idOf(1))
    const messages = [sent(1), sent(2, { by: ada }), sent(3), sent(4, { by: ada }), pending('a')]
    reading.read(messages, 'elsewhere')
    expect([reading.count, reading.markedKey]).toEqual([1, idOf(3)])
  })

  test('lose those that are deleted', () => {
    const reading = readingFrom(idOf(1))
    reading.read([sent(1), sent(2), sent(3)], 'elsewhere')
    reading.read([sent(1), sent(3)], 'elsewhere')
    expect([reading.count, reading.markedKey]).toEqual([1, idOf(3)])
  })

  test('are none for who is there', () => {
    const reading = readingFrom(null)
    reading.read([sent(1)], 'here')
    reading.read([sent(1), sent(2)], 'here')
    expect([reading.count, reading.markedKey, reading.seenId]).toEqual([0, null, idOf(2)])
  })
})

describe('the line above them', () => {
  test('stays while they are read', () => {
    const reading = readingFrom(idOf(1))
    reading.read([sent(1), sent(2)], 'elsewhere')
    reading.read([sent(1), sent(2), sent(3)], 'here')
    expect([reading.count, reading.markedKey]).toEqual([0, idOf(2)])
  })

  test('moves when one comes back to more', () => {
    const reading = readingFrom(idOf(1))
    reading.read([sent(1), sent(2)], 'elsewhere')
    reading.read([sent(1), sent(2)], 'here')
    reading.read([sent(1), sent(2)], 'elsewhere')
    expect(reading.markedKey).toBe(idOf(2))
    reading.read([sent(1), sent(2), sent(3)], 'elsewhere')
    expect(reading.markedKey).toBe(idOf(3))
  })

  test('goes with an answer', () => {
    const reading = readingFrom(idOf(1))
    reading.read([sent(1), sent(2)], 'elsewhere')
    reading.read([sent(1), sent(2)], 'here')
    reading.answer()
    reading.read([sent(1), sent(2), sent(3, { by: ada })], 'here')
    expect(reading.markedKey).toBeNull()
  })
})

test('what was seen stays seen when the newest message is deleted', () => {
  const reading = readingFrom(null)
  reading.read([sent(1), sent(2)], 'here')
  reading.read([sent(1)], 'here')
  expect(reading.seenId).toBe(idOf(2))
})
