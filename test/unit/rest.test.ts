import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Rest } from '../../src/room/rest.ts'

/** The room is busy for so long: its timers come late. */
function beBusy(ms: number): void {
  vi.setSystemTime(Date.now() + ms)
}

describe('the rest after a broadcast', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('is over when the least has passed, where timers come in time', () => {
    const over = vi.fn()
    const rest = new Rest(over)
    expect(rest.isOn).toBe(false)
    rest.begin(20, 100)
    vi.advanceTimersByTime(19)
    expect([rest.isOn, over.mock.calls.length]).toEqual([true, 0])
    vi.advanceTimersByTime(1)
    expect([rest.isOn, over.mock.calls.length]).toEqual([false, 1])
  })

  test('goes on while the room is busy, and until it had a moment to spare', () => {
    const over = vi.fn()
    const rest = new Rest(over)
    rest.begin(8, 1_000)
    for (let n = 0; n < 5; n++) {
      beBusy(30)
      vi.advanceTimersByTime(8)
      expect([rest.isOn, over.mock.calls.length]).toEqual([true, 0])
    }
    vi.advanceTimersByTime(8)
    expect([rest.isOn, over.mock.calls.length]).toEqual([false, 1])
  })

  test('is no longer than the most, however busy the room is', () => {
    const over = vi.fn()
    const rest = new Rest(over)
    rest.begin(8, 100)
    beBusy(200)
    vi.advanceTimersByTime(8)
    expect([rest.isOn, over.mock.calls.length]).toEqual([false, 1])
  })

  test('can be ended, and then says nothing', () => {
    const over = vi.fn()
    const rest = new Rest(over)
    rest.begin(8, 100)
    rest.end()
    vi.advanceTimersByTime(1_000)
    expect([rest.isOn, over.mock.calls.length]).toEqual([false, 0])
  })

  test('begins anew where it was on', () => {
    const over = vi.fn()
    const rest = new Rest(over)
    rest.begin(8, 100)
    vi.advanceTimersByTime(5)
    rest.begin(8, 100)
    vi.advanceTimersByTime(7)
    expect(over).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(over).toHaveBeenCalledOnce()
  })
})
