import { expect, test } from 'vitest'
import { parseSettings } from '../../src/web/settings/setting-values.ts'
import { isSendKey } from '../../src/web/text-input/send-key.ts'

test('settings that were never chosen, or are of another version of the page, have their defaults', () => {
  const defaults = parseSettings({})
  expect(defaults).toEqual({
    ...{ theme: 'system', density: 'comfortable', hours: 'locale', enter: 'device' },
    ...{ notify: 'off', sound: 'off', asked: 'no' },
  })
  expect(parseSettings({ theme: 'purple', density: 3, later: true })).toEqual(defaults)
  expect(parseSettings({ theme: 'dark', notify: 'all' })).toEqual({
    ...defaults,
    ...{ theme: 'dark', notify: 'all' },
  })
})

test('Enter sends or begins a new line, and with Ctrl or Cmd it always sends', () => {
  const key = (held: object = {}) => ({
    ...{ key: 'Enter', shiftKey: false, ctrlKey: false, metaKey: false },
    ...held,
  })
  const sends = (held: object, enterSends: boolean) => isSendKey(key(held), enterSends)
  expect([sends({}, true), sends({}, false)]).toEqual([true, false])
  expect([sends({ shiftKey: true }, true), sends({ shiftKey: true }, false)]).toEqual([
    false,
    false,
  ])
  expect([sends({ ctrlKey: true }, false), sends({ metaKey: true }, false)]).toEqual([true, true])
  expect(sends({ key: 'a', ctrlKey: true }, true)).toBe(false)
})
