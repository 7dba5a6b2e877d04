import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { Refusal } from '../../local/refusal.ts'
import { readSettings } from '../../local/settings.ts'

test('every setting has a default', () => {
  expect(readSettings({ PORT: '', DATABASE_URL: '' })).toEqual({
    port: 8787,
    isOpen: false,
    inspectorPort: undefined,
    dataDir: resolve('.local'),
    delayMs: 0,
    databaseUrl: undefined,
    redisUrl: undefined,
  })
})

test('settings of the environment are used', () => {
  const urls = { DATABASE_URL: 'postgresql://me@db/chat', REDIS_URL: 'rediss://:p@cache:6380/1' }
  expect(
    readSettings({
      PORT: '9000',
      HOST: '0.0.0.0',
      INSPECTOR_PORT: '9229',
      DATA_DIR: '/x',
      LOCAL_DELAY_MS: '150',
      ...urls,
    }),
  ).toEqual({
    port: 9000,
    isOpen: true,
    inspectorPort: 9229,
    dataDir: '/x',
    delayMs: 150,
    databaseUrl: urls.DATABASE_URL,
    redisUrl: urls.REDIS_URL,
  })
})

test.each([
  ...['0', '65536', '80a', '-1', '1e3', ' 80', '8.5'].map((PORT) => ({ PORT })),
  ...['0', 'true'].map((INSPECTOR_PORT) => ({ INSPECTOR_PORT })),
  ...['-1', '60001', 'slow'].map((LOCAL_DELAY_MS) => ({ LOCAL_DELAY_MS })),
])('a number out of range is named: %j', (env) => {
  const [[name, value]] = Object.entries(env) as [[string, string]]
  expect(() => readSettings(env)).toThrow(Refusal)
  expect(() => readSettings(env)).toThrow(`${name} must be a whole number from`)
  expect(() => readSettings(env)).toThrow(JSON.stringify(value))
})

test.each([
  { DATABASE_URL: 'mysql://me:hidden@db/chat' },
  { DATABASE_URL: 'me:hidden@db/chat' },
  { DATABASE_URL: 'postgres://' },
  { REDIS_URL: 'http://:hidden@cache' },
])('a URL of something else is named and not shown: %j', (env) => {
  expect(() => readSettings(env)).toThrow(
    /^(DATABASE_URL|REDIS_URL) must be a URL that begins with (postgres|redis):\/\/$/,
  )
})
