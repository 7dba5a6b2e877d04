import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { clockToleranceMs, shownUserAgent } from '../../src/domain/session.ts'
import { decideRefresh, type Rotation, repeatMs } from '../../src/domain/session-refresh.ts'

const noon = Date.UTC(2026, 10, 23, 12)
const dayMs = 86_400_000
/** The steps by which the clock is set, in milliseconds. */
const steps = [1, 10, 600, 3_600].flatMap((seconds) => [-seconds * 1_000, seconds * 1_000])

const kept: Rotation = {
  refresh_hash: 'current',
  previous_hash: 'before',
  rotated_at: noon,
  expires_at: noon + 30 * dayMs,
}

describe('a refresh token', () => {
  test('that is current is exchanged', () => {
    expect(decideRefresh(kept, 'current', noon)).toBe('rotate')
    expect(decideRefresh(kept, 'current', noon + 29 * dayMs)).toBe('rotate')
  })

  test('that was exchanged a moment ago gets the current one once more', () => {
    for (const after of [-1_000, 0, repeatMs - 1])
      expect(decideRefresh(kept, 'before', noon + after)).toBe('repeat')
  })

  test('that was exchanged for an unused one is exchanged again', () => {
    expect(decideRefresh(kept, 'before', noon + repeatMs)).toBe('rotate')
    expect(decideRefresh(kept, 'before', noon + 29 * dayMs)).toBe('rotate')
  })

  test.each(steps)('holds where the clock is set by %i ms', (step) => {
    const now = noon + 10_000 + step
    expect(decideRefresh(kept, 'current', now)).toBe('rotate')
    expect(['repeat', 'rotate']).toContain(decideRefresh(kept, 'before', now))
    expect(decideRefresh(kept, 'long ago', now)).toBe('theft')
    // The same replacement is returned for half a minute plus the minute by which clocks may
    // differ.
    const over = now + repeatMs + clockToleranceMs
    const answers = [now, over].map((at) => decideRefresh(kept, 'before', at))
    expect(answers).not.toEqual(['repeat', 'repeat'])
  })

  test('that is older was stolen', () => {
    expect(decideRefresh(kept, 'long ago', noon)).toBe('theft')
    expect(decideRefresh({ ...kept, previous_hash: null }, 'long ago', noon)).toBe('theft')
  })

  test.each(['current', 'before', 'long ago'])('opens no session that has ended: %s', (hash) => {
    expect(decideRefresh(undefined, hash, noon)).toBe('ended')
    expect(decideRefresh(kept, hash, kept.expires_at)).toBe('ended')
    expect(decideRefresh(kept, hash, kept.expires_at - 1)).not.toBe('ended')
  })
})

/**
 * Plays the turns of a session whose tokens are numbered in order.
 * @returns the decisions
 */
function play(turns: { pause: number; pick: (known: number[]) => number }[]) {
  let session: Rotation | undefined = {
    refresh_hash: '0',
    previous_hash: null,
    rotated_at: noon,
    expires_at: noon + dayMs,
  }
  const known = [0]
  let now = noon
  const decisions: string[] = []
  for (const { pause, pick } of turns) {
    now += pause
    const presented = pick(known)
    const decision = decideRefresh(session, String(presented), now)
    decisions.push(decision)
    if (decision === 'rotate' && session) {
      session = {
        refresh_hash: String(known.length),
        previous_hash: String(presented),
        rotated_at: now,
        expires_at: now + dayMs,
      }
      known.push(known.length)
    }
    if (decision === 'theft') session = undefined
  }
  return { decisions, session }
}

const pause = fc.oneof(fc.integer({ min: 0, max: 60_000 }), fc.constant(repeatMs))

test('a client with the latest token, or with one whose answer was lost, is never locked out', () => {
  const turn = fc.record({ pause, lost: fc.boolean() })
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 40 }), (turns) => {
      let held = 0
      const { session } = play(
        turns.map(({ pause, lost }) => ({
          pause,
          // If the last answer was lost, the token before it is used again.
          pick: (known) => {
            held = lost ? held : (known.at(-1) ?? 0)
            return held
          },
        })),
      )
      expect(session).toBeDefined()
    }),
  )
})

test('of two clients that use one token in turn, one is detected', () => {
  fc.assert(
    fc.property(fc.integer({ min: repeatMs, max: dayMs / 4 }), (pause) => {
      const holds = { owner: 0, thief: 0 }
      const take = (who: keyof typeof holds) => (known: number[]) => {
        const shown = holds[who]
        holds[who] = known.length
        return shown
      }
      const { decisions } = play([
        { pause, pick: take('owner') },
        { pause, pick: take('thief') },
        { pause, pick: take('owner') },
      ])
      expect(decisions).toEqual(['rotate', 'rotate', 'theft'])
    }),
  )
})

describe('the user agent', () => {
  test('is stored without invisible characters', () => {
    expect(shownUserAgent('Mozilla/5.0\t(X11)\u0000\u202e\u2028 Firefox')).toBe(
      'Mozilla/5.0(X11) Firefox',
    )
  })

  test('is kept up to 256 characters, none of them halved', () => {
    expect(shownUserAgent('a'.repeat(300))).toHaveLength(256)
    expect(shownUserAgent('😀'.repeat(300))).toBe('😀'.repeat(256))
  })

  test('may be nothing', () => {
    for (const nothing of [undefined, '', '   ', '\u0007'])
      expect(shownUserAgent(nothing)).toBeNull()
  })
})
