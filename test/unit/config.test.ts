import { describe, expect, test } from 'vitest'
import { ConfigError, readConfig } from '../../src/config.ts'

const whole = {
  ENVIRONMENT: 'production',
  DATABASE_URL: 'postgresql://me:secret@db.test/chat?sslmode=require',
  UPSTASH_REDIS_REST_URL: 'https://redis.test',
  UPSTASH_REDIS_REST_TOKEN: 'a token',
  JWT_SECRET: 'a secret of at least thirty-two bytes',
}

function faultOf(changes: Record<string, unknown>): string {
  try {
    readConfig({ ...whole, ...changes })
  } catch (error) {
    if (error instanceof ConfigError) return error.message
    throw error
  }
  return 'none'
}

describe('a configuration', () => {
  test('needs five settings, and has defaults for the rest', () => {
    expect(readConfig(whole)).toMatchObject({
      ...whole,
      ACCESS_TOKEN_TTL: 3_600,
      REFRESH_TOKEN_TTL: 2_592_000,
      BCRYPT_COST: 10,
      READ_ACCESS: 'public',
      ALLOWED_ORIGINS: [],
      MESSAGE_LIMIT: 5,
      ROOM_NAME: 'room',
      ROOM_GENERATION: 0,
      ESTABLISHED_AFTER: 600,
      REPORT_SNAPSHOT_DAYS: 0,
      AUDIT_DAYS: 365,
    })
    expect(faultOf(Object.fromEntries(Object.keys(whole).map((name) => [name, undefined])))).toBe(
      `Configuration: ${Object.keys(whole)
        .map((name) => `${name} is missing`)
        .join('; ')}`,
    )
  })

  test('takes a blank for absent', () => {
    const blanks = [
      ...['NEON_FETCH_ENDPOINT', 'JWT_SECRET_PREVIOUS', 'ACCESS_TOKEN_TTL', 'BCRYPT_COST'],
      ...['READ_ACCESS', 'ALLOWED_ORIGINS', 'LOCATION_HINT', 'MESSAGE_LIMIT', 'REGISTER_LIMIT'],
      ...['ROOM_NAME', 'JURISDICTION', 'ROOM_GENERATION', 'ESTABLISHED_AFTER', 'AUDIT_DAYS'],
    ]
    expect(
      readConfig({ ...whole, ...Object.fromEntries(blanks.map((name) => [name, ' '])) }),
    ).toEqual(readConfig(whole))
    expect(faultOf({ JWT_SECRET: ' ' })).toBe('Configuration: JWT_SECRET is missing')
  })

  test('has a sender and a public address only in forms that are safe in mails', () => {
    const { MAIL_FROM, MAIL_LIMIT, MAIL_API_FORMAT } = readConfig({
      ...whole,
      MAIL_FROM: ' Edge Chat <chat@example.com> ',
    })
    expect([MAIL_LIMIT, MAIL_API_FORMAT]).toEqual([500, 'resend'])
    expect(MAIL_FROM).toEqual({ name: 'Edge Chat', email: 'chat@example.com' })
    expect(readConfig({ ...whole, MAIL_FROM: 'chat@example.com' }).MAIL_FROM).toEqual({
      name: null,
      email: 'chat@example.com',
    })
    for (const sender of [
      'chat',
      'A <chat>',
      'A\nB <a@b.example>',
      '"A" <a@b.example>',
      'a@b.c, d@e.f',
    ])
      expect(faultOf({ MAIL_FROM: sender })).toBe(
        'Configuration: MAIL_FROM must be an address like Edge Chat <chat@example.com>',
      )
    for (const address of ['chat.example.com', 'https://chat.example.com/', 'app://chat'])
      expect(faultOf({ PUBLIC_URL: address })).toBe(
        'Configuration: PUBLIC_URL must be an origin, like https://chat.example.com',
      )
    for (const name of ['PUBLIC_URL', 'MAIL_API_URL']) {
      const changes = { [name]: 'http://chat.example.com' }
      expect(faultOf(changes)).toBe(`Configuration: ${name} must begin with https://`)
      expect(faultOf({ ...changes, ENVIRONMENT: 'local' })).toBe('none')
    }
  })

  test('takes numbers as numbers, too', () => {
    expect(readConfig({ ...whole, BCRYPT_COST: 12 }).BCRYPT_COST).toBe(12)
    expect(readConfig({ ...whole, BCRYPT_COST: '12' }).BCRYPT_COST).toBe(12)
  })

  test('lists origins', () => {
    const ALLOWED_ORIGINS = 'https://chat.example.com, http://localhost:5173,'
    expect(readConfig({ ...whole, ALLOWED_ORIGINS }).ALLOWED_ORIGINS).toEqual([
      'https://chat.example.com',
      'http://localhost:5173',
    ])
  })

  test('lists origins of apps and extensions', () => {
    const apps = [
      ...['capacitor://localhost', 'ionic://localhost', 'tauri://localhost', 'app://chat:8080'],
      ...['http://tauri.localhost', 'https://tauri.localhost'],
      'chrome-extension://abcdefghijklmnopabcdefghijklmnop',
      'moz-extension://0b5c9a52-6f0e-4d0b-9a43-0f6a5f1f2f11',
    ]
    const { ALLOWED_ORIGINS } = readConfig({ ...whole, ALLOWED_ORIGINS: apps.join() })
    expect(ALLOWED_ORIGINS).toEqual(apps)
  })
})

const origins = 'must be origins, like https://chat.example.com, separated by commas'
const day = 'must be a whole number from 1 to 86400'
const year = 'must be a whole number from 60 to 31536000'
const address = 'must be an https:// or http:// URL'
const database = 'must be a URL like postgres://user:password@host/database'

test.each([
  ['ADMIN_TOKEN', 'short', 'must have at least 32 characters of ASCII, without spaces'],
  [
    'ADMIN_TOKEN',
    'a phrase of more than thirty-two bytes',
    'must have at least 32 characters of ASCII, without spaces',
  ],
  ['ALLOWED_ORIGINS', 'chat.example.com', origins],
  ['ALLOWED_ORIGINS', '*', origins],
  ['ALLOWED_ORIGINS', 'null', origins],
  ['ALLOWED_ORIGINS', 'file://', origins],
  ['ALLOWED_ORIGINS', 'file://localhost', origins],
  ['ALLOWED_ORIGINS', 'capacitor://', origins],
  ['ALLOWED_ORIGINS', 'capacitor:localhost', origins],
  ['ALLOWED_ORIGINS', 'capacitor://localhost/', origins],
  ['ALLOWED_ORIGINS', 'capacitor://me@localhost', origins],
  ['ALLOWED_ORIGINS', 'chrome-extension://*', origins],
  ['ALLOWED_ORIGINS', 'https://*.example.com', origins],
  ['ALLOWED_ORIGINS', 'blob:https://chat.example.com', origins],
  ['ALLOWED_ORIGINS', 'https://chat.example.com/', origins],
  ['ALLOWED_ORIGINS', 'https://chat.example.com https://b.example.com', origins],
  ['ALLOWED_ORIGINS', ['https://chat.example.com'], 'must be text'],
  ['ENVIRONMENT', 'prod', 'must be one of local, staging, production'],
  ['READ_ACCESS', 'everyone', 'must be one of public, members'],
  ['DATABASE_URL', 'mysql://me@db.test/chat', database],
  ['DATABASE_URL', 'postgres://db.test', database],
  ['DATABASE_URL', 'postgres://me:a#b@db.test/chat', database],
  ['UPSTASH_REDIS_REST_URL', 'rediss://redis.test', address],
  ['UPSTASH_REDIS_REST_URL', 'redis.test', address],
  ['NEON_FETCH_ENDPOINT', 'http://127.0.0.1:4444/sql', 'is for local use only'],
  ['JWT_SECRET', 'short', 'must have at least 32 bytes'],
  ['ACCESS_TOKEN_TTL', '0', day],
  ['ACCESS_TOKEN_TTL', '86401', day],
  ['ACCESS_TOKEN_TTL', '1e3', day],
  ['ACCESS_TOKEN_TTL', '0x10', day],
  ['REFRESH_TOKEN_TTL', '59', year],
  ['REFRESH_TOKEN_TTL', '31536001', year],
  ['ROOM_NAME', 'Room 2', 'must have 1 to 64 of a-z, 0-9 and -'],
  ['JURISDICTION', 'de', 'must be one of eu, fedramp, us'],
  ['ROOM_GENERATION', '-1', 'must be a whole number from 0 to 1000000000'],
  ['ESTABLISHED_AFTER', '31536001', 'must be a whole number from 0 to 31536000'],
  ['REPORT_SNAPSHOT_DAYS', '31', 'must be a whole number from 0 to 30'],
  ['AUDIT_DAYS', '0', 'must be a whole number from 1 to 3650'],
  ['AUDIT_DAYS', '3651', 'must be a whole number from 1 to 3650'],
  ['BCRYPT_COST', '16', 'must be a whole number from 4 to 15'],
  ['BCRYPT_COST', true, 'must be a whole number from 4 to 15'],
])('%s = %j is named, with what it must be', (name, value, must) => {
  expect(faultOf({ [name]: value })).toBe(`Configuration: ${name} ${must}`)
})
