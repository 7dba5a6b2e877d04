import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { openPostgres, type PostgresPlace } from '../../local/postgres.ts'

const home = mkdtempSync(join(tmpdir(), 'postgres-test-'))

afterEach(() => vi.restoreAllMocks())
afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Opens it, asks it something, and closes it. @returns the folder that it listened in */
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

describe('the embedded Postgres, which asks for no password, listens on no port but in a folder of its owner', () => {
  test('beside its data', async () => {
    const dataDir = join(home, 'postgres')
    expect(await whereListening({ dataDir })).toBe(`${dataDir}-socket`)
    // A start that was killed.
    writeFileSync(`${dataDir}-socket`, '')
    expect(await whereListening({ dataDir })).toBe(`${dataDir}-socket`)
  })

  test('elsewhere when it has none, or their path is too long for a socket', async () => {
    const dataDir = join(home, 'long'.repeat(25), 'postgres')
    for (const place of [{ memory: true } as const, { dataDir }])
      expect(dirname(await whereListening(place))).toBe(tmpdir())
  })
})
