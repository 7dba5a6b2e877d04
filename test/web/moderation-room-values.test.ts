import { describe, expect, test } from 'vitest'
import { emojiFault, emojiIn } from '../../src/web/moderation/emoji-list.ts'
import {
  announcementOf,
  changedFields,
  changeOf,
  conflicts,
  followed,
  type RoomValues,
  slowModesWith,
  slowModeText,
} from '../../src/web/moderation/room-values.ts'

const quiet: RoomValues = {
  slow_mode_ms: 0,
  posting: 'everyone',
  links: 'everyone',
  announcement: null,
  reactions: '👍 ❤️',
}

describe('the form of the room', () => {
  test('sends only the fields that were edited', () => {
    expect(changedFields(quiet, quiet)).toEqual({})
    const edited = { ...quiet, slow_mode_ms: 10_000, announcement: 'Hello' }
    expect(changedFields(edited, quiet)).toEqual({ slow_mode_ms: 10_000, announcement: 'Hello' })
    expect(changedFields(quiet, edited)).toEqual({ slow_mode_ms: 0, announcement: null })
  })

  test('sends the reactions as a list', () => {
    const edited = { ...quiet, reactions: '🎉 👍' }
    expect(changeOf(changedFields(edited, quiet))).toEqual({ reactions: ['🎉', '👍'] })
    expect(changeOf(changedFields({ ...quiet, reactions: '' }, quiet))).toEqual({ reactions: [] })
    expect(changeOf({ links: 'everyone' })).toEqual({ links: 'everyone' })
  })

  test('follows the changes of others, except in edited fields', () => {
    const edited = { ...quiet, announcement: 'Half of a sent' }
    const now: RoomValues = { ...quiet, slow_mode_ms: 5_000, announcement: 'By another' }
    const shown = followed(edited, quiet, now)
    expect(shown).toEqual({ ...now, announcement: 'Half of a sent' })
    expect(conflicts(edited, quiet, now)).toEqual(['announcement'])
    expect(changedFields(shown, now)).toEqual({ announcement: 'Half of a sent' })
  })

  test('has no conflict where someone else has set the same', () => {
    const same = { ...quiet, links: 'moderators' } as const
    expect(conflicts(same, quiet, same)).toEqual([])
    expect(changedFields(followed(same, quiet, same), same)).toEqual({})
  })

  test('removes the announcement by an empty text', () => {
    expect(announcementOf(' \n ')).toBeNull()
    expect(announcementOf(' Tonight ')).toBe('Tonight')
  })
})

describe('the emoji that are typed', () => {
  test('may be written with or without spaces and commas', () => {
    expect(emojiIn('👍❤️, 👨‍👩‍👧 🇩🇪')).toEqual(['👍', '❤️', '👨‍👩‍👧', '🇩🇪'])
    expect(emojiIn(' , ')).toEqual([])
  })

  test('are emoji also where a keyboard writes them as characters', () => {
    expect(emojiIn('❤')).toEqual(['❤️'])
  })

  test('are refused before they are sent, with the reason', () => {
    expect(emojiFault(emojiIn('👍 a'), 12)).toBe('“a” is no emoji.')
    expect(emojiFault(emojiIn('👍 🎉 👍'), 12)).toBe('👍 is there twice.')
    expect(emojiFault(emojiIn('👍 🎉'), 1)).toBe('2 emoji: at most 1 are allowed.')
    expect(emojiFault(emojiIn('👍 🎉'), 2)).toBeNull()
  })
})

describe('slow mode', () => {
  test('is named in whole seconds or minutes', () => {
    const texts = [0, 5_000, 90_000, 60_000, 120_000, 1_500].map(slowModeText)
    expect(texts).toEqual(['off', '5 s', '90 s', '1 min', '2 min', '1.5 s'])
  })

  test('can also keep a value that was set elsewhere', () => {
    const usual = [0, 5_000, 10_000, 30_000, 60_000, 120_000]
    expect(slowModesWith(10_000)).toEqual(usual)
    expect(slowModesWith(7_000, 0)).toEqual([0, 5_000, 7_000, ...usual.slice(2)])
  })
})
