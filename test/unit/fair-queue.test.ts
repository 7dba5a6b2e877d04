import { describe, expect, test, vi } from 'vitest'
import { createFairQueue } from '../../src/http/auth/fair-queue.ts'
import { ProblemError } from '../../src/http/problem-error.ts'
import { type SystemClock, systemClock } from '../../src/system-clock.ts'

const noon = Date.UTC(2026, 10, 23, 12)
/** The steps by which a clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

/** Work that ends on request and reports that it started. */
function jobs(limits: { concurrency: number; maxWaiting: number }) {
  const queue = createFairQueue(systemClock, limits)
  const started: string[] = []
  const ends = new Map<string, () => void>()
  const start = (name: string, key = 'one') =>
    queue(key, () => {
      started.push(name)
      return new Promise<string>((resolve) => ends.set(name, () => resolve(name)))
    })
  return { started, start, end: (name: string) => ends.get(name)?.() }
}

/** A clock that a test sets. Its timers are real ones. */
function settableClock(time = 0) {
  const { schedule } = systemClock
  const clock = { time, now: () => clock.time, schedule }
  return clock satisfies SystemClock
}

describe('a fair queue', () => {
  test('runs as much work at a time as allowed, in the order of arrival', async () => {
    const { started, start, end } = jobs({ concurrency: 2, maxWaiting: 9 })
    const all = ['a', 'b', 'c', 'd'].map((name) => start(name))
    await vi.waitUntil(() => started.length === 2)
    end('b')
    expect(await all[1]).toBe('b')
    await vi.waitUntil(() => started.length === 3)
    expect(started).toEqual(['a', 'b', 'c'])
    for (const name of ['a', 'c']) end(name)
    await vi.waitUntil(() => started.length === 4)
    end('d')
    expect(await Promise.all(all)).toEqual(['a', 'b', 'c', 'd'])
  })

  test('starts work at once when it is empty', async () => {
    const { started, start, end } = jobs({ concurrency: 1, maxWaiting: 0 })
    const only = start('a')
    await Promise.resolve()
    expect(started).toEqual(['a'])
    end('a')
    await only
  })

  test('refuses at once when it is full', async () => {
    const { start, end } = jobs({ concurrency: 1, maxWaiting: 1 })
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

  test('continues after work that failed', async () => {
    const queue = createFairQueue(systemClock, { concurrency: 1, maxWaiting: 1 })
    await expect(queue('one', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await queue('one', async () => 'yes')).toBe('yes')
  })

  test('continues when running work was cancelled', async () => {
    const clock = settableClock()
    const queue = createFairQueue(clock, { concurrency: 1, maxWaiting: 1 })
    queue('one', () => new Promise(() => {}))
    const next = queue('one', async () => 'next')
    clock.time = 16_000
    expect(await queue('one', async () => 'last')).toBe('last')
    expect(await next).toBe('next')
  })

  test.each(steps)('expires cancelled work when the clock is set by %i ms', async (step) => {
    const clock = settableClock(noon)
    const queue = createFairQueue(clock, { concurrency: 1, maxWaiting: 1 })
    queue('one', () => new Promise(() => {}))
    queue('two', () => new Promise(() => {}))
    clock.time = noon + step
    // This call makes the queue notice the step.
    await queue('one', async () => 'check').catch(() => {})
    clock.time = noon + step + 15_001
    expect(await queue('other', async () => 'in')).toBe('in')
  })

  test('refuses work that waits for too long', async () => {
    const clock = settableClock()
    const queue = createFairQueue(clock, { concurrency: 1, maxWaiting: 1 })
    queue('one', () => new Promise(() => {}))
    const next = queue('one', async () => 'next')
    clock.time = 11_000
    await expect(next).rejects.toBeInstanceOf(ProblemError)
  })

  test('takes turns: between two entries of one key come those of all others', async () => {
    const { started, start, end } = jobs({ concurrency: 1, maxWaiting: 9 })
    const arrivals: [string, string][] = [
      ...['a1', 'a2', 'a3', 'a4', 'a5'].map((name): [string, string] => [name, 'a']),
      ...['b1', 'b2', 'b3'].map((name): [string, string] => [name, 'b']),
      ['c1', 'c'],
    ]
    const all = arrivals.map(([name, key]) => start(name, key))
    for (let done = 0; done < all.length; done++) {
      await vi.waitUntil(() => started.length > done)
      end(started[done] as string)
    }
    await Promise.all(all)
    expect(started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'b3', 'a4', 'a5'])
  })

  test('evicts an entry of a key with many when it is full', async () => {
    const { started, start, end } = jobs({ concurrency: 1, maxWaiting: 2 })
    const [working, waiting, last] = [start('a1', 'a'), start('a2', 'a'), start('a3', 'a')]
    const evicted = expect(last).rejects.toMatchObject({ refusal: { code: 'unavailable' } })
    const other = start('b1', 'b')
    await evicted
    await expect(start('a4', 'a')).rejects.toBeInstanceOf(ProblemError)
    end('a1')
    await working
    await vi.waitUntil(() => started.includes('b1'))
    end('b1')
    await other
    await vi.waitUntil(() => started.includes('a2'))
    end('a2')
    await waiting
    expect(started).toEqual(['a1', 'b1', 'a2'])
  })

  test('expires waiting work that was cancelled', async () => {
    const clock = settableClock()
    clock.schedule = () => () => {}
    const queue = createFairQueue(clock, { concurrency: 1, maxWaiting: 2 })
    for (let entry = 0; entry < 3; entry++) queue('one', () => new Promise(() => {}))
    clock.time = 16_000
    expect(await queue('other', async () => 'in')).toBe('in')
  })
})
