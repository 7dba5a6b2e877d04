import { describe, expect, it } from 'vitest'
import { atMostNow, Clock, dueWithin } from '../../src/room/clock/clock.ts'
import { ClockWatch } from '../../src/room/clock/clock-watch.ts'
import { systemClock } from '../../src/system-clock.ts'

const clockAt = (now: () => number) => new Clock({ ...systemClock, now })

const steps = [1_000, 10_000, 600_000, 3_600_000]

describe('the clock of waits', () => {
  it.each(steps)('goes on where it was when the wall clock is set back by %d ms', (step) => {
    let wall = 10_000_000
    const clock = clockAt(() => wall)
    const before = clock.now()
    wall -= step
    expect(clock.now()).toBe(before)
    wall += 250
    expect(clock.now()).toBe(before + 250)
    expect(clock.wall()).toBe(wall)
    expect(clock.wallAt(before + 1_250)).toBe(wall + 1_000)
  })

  it.each(steps)('counts a step forward by %d ms as time that passed', (step) => {
    let wall = 10_000_000
    const clock = clockAt(() => wall)
    const before = clock.now()
    wall += step
    expect(clock.now()).toBe(before + step)
  })

  it('takes times of an earlier start for what they can be', () => {
    expect(atMostNow(900, 1_000)).toBe(900)
    expect(atMostNow(4_600_000, 1_000)).toBe(1_000)
    expect(dueWithin(5_000, 3_000, 1_000)).toBe(3_000)
    expect(dueWithin(5_000, 4_600_000, 1_000)).toBe(6_000)
  })
})

describe('the watch of a clock that may stand still', () => {
  const noon = 10_000_000

  function watched(machine: () => number, wall = () => noon) {
    const seen = { asked: 0, restarts: 0 }
    const watch = new ClockWatch({
      clock: clockAt(wall),
      machineNow: async () => {
        seen.asked++
        return machine()
      },
      restart: () => seen.restarts++,
    })
    const event = async () => {
      watch.onEvent()
      for (let turn = 0; turn < 4; turn++) await Promise.resolve()
    }
    return { seen, event }
  }

  it.each(steps.slice(1))(
    'restarts the room with the second event of a time, %d ms behind',
    async (step) => {
      const { seen, event } = watched(() => noon - step)
      await event()
      expect(seen).toEqual({ asked: 0, restarts: 0 })
      await event()
      expect(seen).toEqual({ asked: 1, restarts: 1 })
    },
  )

  it('waits out a difference of a second', async () => {
    const { seen, event } = watched(() => noon - 1_000)
    for (let n = 0; n < 3; n++) await event()
    expect(seen.restarts).toBe(0)
  })

  it('does not take a machine with another time for a clock that stands still', async () => {
    let wall = noon
    const machine = () => {
      wall += 3
      return wall - 3_600_000
    }
    const { seen, event } = watched(machine, () => wall)
    await event()
    await event()
    expect(seen).toEqual({ asked: 1, restarts: 0 })
  })

  it('asks once a second where many events share a millisecond, or after 32 of them', async () => {
    let wall = noon
    const now = () => wall
    const { seen, event } = watched(now, now)
    for (let ms = 0; ms < 1_000; ms++) {
      wall = noon + ms
      await event()
      await event()
    }
    expect(seen.asked).toBe(1)
    for (let n = 0; n < 33; n++) await event()
    expect(seen.asked).toBe(2)
  })
})
