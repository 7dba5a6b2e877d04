import { afterEach, describe, expect, test, vi } from 'vitest'
import { Refused } from '../../src/http/problem.ts'
import { createTurns, type InTurn } from '../../src/http/turns.ts'

const noon = Date.UTC(2026, 10, 23, 12)
/** The steps by which a clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

/** Work that ends on request, and reports when it began. */
function jobs(inTurn: InTurn) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string, whose = 'one') =>
    inTurn(whose, () => {
      begun.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  return { begun, start, end: (name: string) => ends.get(name)?.() }
}

afterEach(() => {
  vi.useRealTimers()
})

describe('a line', () => {
  test('lets so many work at once, and the others in the order of their coming', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 2, waiting: 9 }))
    const all = ['a', 'b', 'c', 'd'].map((name) => start(name))
    await vi.waitUntil(() => begun.length === 2)
    end('b')
    expect(await all[1]).toBe('b')
    await vi.waitUntil(() => begun.length === 3)
    expect(begun).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c']) end(name)
    await vi.waitUntil(() => begun.length === 4)
    end('d')
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('does not wait where nobody is', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 1, waiting: 0 }))
    const only = start('a')
    await Promise.resolve()
    expect(begun).toEqual(['a'])
    end('a')
    await only
  })

  test('that is too long turns away at once', async () => {
    const { start, end } = jobs(createTurns({ atOnce: 1, waiting: 1 }))
    const [first, second] = [start('a'), start('b')]
    await expect(start('c')).rejects.toMatchObject({ refusal: { code: 'unavailable' } })
    end('a')
    await first
    const third = start('c')
    for (const [name, job] of [['b', second] as const, ['c', third] as const])
      await vi.waitUntil(async () => {
        end(name)
        return (await Promise.race([job, null])) === name
      })
  })

  test('goes on after work that failed', async () => {
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    await expect(inTurn('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await inTurn('one', async () => 'yes')).toBe('yes')
  })

  test('goes on without who was cut off at work', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    inTurn('one', () => new Promise(() => {}))
    const next = inTurn('one', async () => 'next')
    vi.setSystemTime(16_000)
    expect(await inTurn('one', async () => 'last')).toBe('last')
    expect(await next).toBe('next')
  })

  test.each(steps)(
    'holds where the clock is set by %i ms: who was cut off lapses',
    async (step) => {
      vi.useFakeTimers({ toFake: ['Date'], now: noon })
      const inTurn = createTurns({ atOnce: 1, waiting: 1 })
      inTurn('one', () => new Promise(() => {}))
      inTurn('two', () => new Promise(() => {}))
      vi.setSystemTime(noon + step)
      // This call makes the queue notice the step.
      await inTurn('one', async () => 'look').catch(() => {})
      vi.setSystemTime(noon + step + 15_001)
      expect(await inTurn('other', async () => 'in')).toBe('in')
    },
  )

  test('that stands still turns away', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: 0 })
    const inTurn = createTurns({ atOnce: 1, waiting: 1 })
    inTurn('one', () => new Promise(() => {}))
    const next = inTurn('one', async () => 'next')
    vi.setSystemTime(11_000)
    await expect(next).rejects.toBeInstanceOf(Refused)
  })

  test('goes round: between two turns of one come those of all others', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 1, waiting: 9 }))
    const coming: [string, string][] = [
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((name): [string, string] => [name, 'a']),
      ...['b1', 'b2', 'b3'].map((name): [string, string] => [name, 'b']),
      ['c1', 'c'],
    ]
    const all = coming.map(([name, whose]) => start(name, whose))
    for (let done = 0; done < all.length; done++) {
      await vi.waitUntil(() => begun.length > done)
      end(begun[done] as string)
    }
    await Promise.all(all)
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'b3', 'a4', 'a5'])
  })

  test('that is full has room for whoever asks for less', async () => {
    const { begun, start, end } = jobs(createTurns({ atOnce: 1, waiting: 2 }))
    const [working, waiting, last] = [start('a1', 'a'), start('a2', 'a'), start('a3', 'a')]
    const lost = expect(last).rejects.toMatchObject({ refusal: { code: 'unavailable' } })
    const other = start('b1', 'b')
    await lost
    await expect(start('a4', 'a')).rejects.toBeInstanceOf(Refused)
    end('a1')
    await working
    await vi.waitUntil(() => begun.includes('b1'))
    end('b1')
    await other
    await vi.waitUntil(() => begun.includes('a2'))
    end('a2')
    await waiting
    expect(begun).toEqual(['a1', 'b1', 'a2'])
  })

  test('of none but who was cut off lets others in', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout'], now: 0 })
    const inTurn = createTurns({ atOnce: 1, waiting: 2 })
    for (let place = 0; place < 3; place++) inTurn('one', () => new Promise(() => {}))
    vi.setSystemTime(16_000)
    expect(await inTurn('other', async () => 'in')).toBe('in')
  })
})
