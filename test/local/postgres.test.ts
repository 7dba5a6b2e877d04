import { existsSync, statSync, writeFileSync } from 'node:fs'
import { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { openPostgres, type PostgresPlace, reasonOfPGlite } from '../../local/postgres.ts'
import { folderWithPostgres, makeFolder } from './starts.ts'

afterEach(() => vi.restoreAllMocks())

/** Opens Postgres, runs a query, and closes it. @returns the folder of its socket */
async function whereListening(place: PostgresPlace): Promise<string> {
  const listen = vi.spyOn(Server.prototype, 'listen').mockClear()
  const postgres = await openPostgres(place)
  const [[where]] = listen.mock.calls as unknown as [[unknown]]
  expect(listen).toHaveBeenCalledOnce()
  expect(where).toEqual(expect.stringContaining('/'))
  const folder = dirname(String(where))
  expect(statSync(folder).mode & 0o077).toBe(0)
  const { rows } = await postgres.use((session) => session.query('select 1 as one'))
  expect(rows).toEqual([{ one: 1 }])
  await postgres.close()
  expect(existsSync(folder)).toBe(false)
  return folder
}

describe('the embedded Postgres, which has no password, has no port but a socket in a folder of its owner', () => {
  test('beside its data', async () => {
    const dataDir = join(makeFolder(), 'postgres')
    expect(await whereListening({ dataDir })).toBe(`${dataDir}-socket`)
    // As after a killed start.
    writeFileSync(`${dataDir}-socket`, '')
    expect(await whereListening({ dataDir })).toBe(`${dataDir}-socket`)
  })

  test('elsewhere when it has none, or their path is too long for a socket', async () => {
    const dataDir = join(makeFolder(), 'long'.repeat(25), 'postgres')
    for (const place of [{ memory: true } as const, { dataDir }])
      expect(dirname(await whereListening(place))).toBe(tmpdir())
  })
})

test('settings of the environment for other servers do not affect the embedded Postgres', async () => {
  vi.stubEnv('PGSSLMODE', 'require')
  vi.stubEnv('PGSSLNEGOTIATION', 'direct')
  onTestFinished(() => void vi.unstubAllEnvs())
  await whereListening({ dataDir: join(await folderWithPostgres(), 'postgres') })
})

test.each([
  [{ name: 'ErrnoError', errno: 51 }, 'no space left on device'],
  [{ name: 'ErrnoError', errno: 8 }, 'its file system failed with error 8'],
  [new Error('it is damaged'), 'it is damaged'],
])('an error of PGlite is described in words: %o', (thrown, words) => {
  expect(reasonOfPGlite(thrown)).toBe(words)
})
