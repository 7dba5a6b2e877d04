import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Id } from '../../src/contract/values.ts'
import { firstIdAt, idAfter, idBefore, idTime, newIdAt, nextId } from '../../src/domain/ids.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const zeros = new Uint8Array(8)
const ones = new Uint8Array(8).fill(0xff)

const time = fc.integer({ min: 0, max: 2 ** 48 - 10_000 })
const randomBytes = fc.uint8Array({ minLength: 8, maxLength: 8 })

describe('an id', () => {
  test('is a UUID of version 7 that holds its millisecond', () => {
    fc.assert(
      fc.property(time, randomBytes, (now, random) => {
        const id = nextId(null, now, random)
        expect(Id.parse(id)).toBe(id)
        expect(id[14]).toBe('7')
        expect(idTime(id)).toBe(now)
      }),
    )
  })

  test('is greater than the one before, whatever the clock does', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: -5_000, max: 5_000 }), randomBytes))
    fc.assert(
      fc.property(steps, (moves) => {
        let now = noon
        let last: string | null = null
        for (const [move, random] of moves) {
          now += move
          const id: string = nextId(last, now, random)
          if (last !== null) {
            expect(id > last).toBe(true)
            expect(idTime(id)).toBe(Math.max(now, idTime(last)))
          }
          last = id
        }
      }),
    )
  })

  test('ends with a byte of chance, within one millisecond too', () => {
    fc.assert(
      fc.property(fc.array(randomBytes, { minLength: 2 }), (chances) => {
        let last: string | null = null
        for (const random of chances) {
          last = nextId(last, noon, random)
          expect(Number.parseInt(last.slice(-2), 16)).toBe(random[7])
        }
        const full = `${firstIdAt(noon).slice(0, 15)}fff${firstIdAt(noon).slice(18)}`
        const [random] = chances as [Uint8Array]
        expect(Number.parseInt(nextId(full, noon, random).slice(-2), 16)).toBe(random[7])
      }),
    )
  })

  test('moves its millisecond on when the counter is full', () => {
    let last = nextId(null, noon, ones)
    for (let count = 1; count < 4_096; count++) last = nextId(last, noon, zeros)
    expect(idTime(last)).toBe(noon)
    const moved = nextId(last, noon, zeros)
    expect(idTime(moved)).toBe(noon + 1)
    expect(moved > last).toBe(true)
    expect(idTime(nextId(moved, noon, zeros))).toBe(noon + 1)
  })
})

test('the first id of a millisecond lies above all before it and below all within it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 48 - 1 }), randomBytes, (now, random) => {
      expect(firstIdAt(now) <= nextId(null, now, random)).toBe(true)
      expect(firstIdAt(now) > nextId(nextId(null, now - 1, ones), now - 1, ones)).toBe(true)
    }),
  )
})

test('an id without an order differs by all 8 bytes but two bits', () => {
  fc.assert(
    fc.property(time, randomBytes, randomBytes, (now, one, other) => {
      const ids = [one, other].map((random) => newIdAt(now, random))
      expect(ids.map((id) => [Id.parse(id), id[14], idTime(id)])).toEqual(
        ids.map((id) => [id, '7', now]),
      )
      const masked = [one, other].map(([first = 0, ...rest]) => [first & 0x3f, ...rest].join())
      expect(ids[0] === ids[1]).toBe(masked[0] === masked[1])
    }),
  )
})

describe('the ids beside an id', () => {
  const lowest = '00000000-0000-1000-8000-000000000000'
  const highest = 'ffffffff-ffff-8fff-bfff-ffffffffffff'

  test('are ids, and nothing is between them', () => {
    fc.assert(
      fc.property(time, randomBytes, (now, random) => {
        const id = newIdAt(now, random)
        const [before, after] = [idBefore(id), idAfter(id)]
        expect([Id.parse(before), Id.parse(after)]).toEqual([before, after])
        expect(before < id && id < after).toBe(true)
        expect([idAfter(before), idBefore(after)]).toEqual([id, id])
      }),
    )
    expect(idAfter('00000000-ffff-8fff-bfff-ffffffffffff')).toBe(
      '00000001-0000-1000-8000-000000000000',
    )
    expect(idBefore('019a9d5e-2c1b-7a40-8000-000000000000')).toBe(
      '019a9d5e-2c1b-7a3f-bfff-ffffffffffff',
    )
  })

  test('end at the lowest and the highest', () => {
    expect([idBefore(lowest), idAfter(highest)]).toEqual([lowest, highest])
  })
})
