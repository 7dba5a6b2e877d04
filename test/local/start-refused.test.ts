// The start says what is missing instead of greeting: nobody is to find out by a 503.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Client from 'ioredis'
import { describe, expect, test } from 'vitest'
import { runMigrations } from '../../local/migrations.ts'
import { freePort } from '../../local/ports.ts'
import { openPostgres } from '../../local/postgres.ts'
import { findRedisServer, startRedisServer } from '../../local/redis-server.ts'
import { copyProject, makeFolder, start } from './starts.ts'

/** The code of this project beside a wrangler.toml of its own. */
function projectWith(change: [from: string, to: string]): string {
  const project = copyProject()
  const file = join(project, 'wrangler.toml')
  writeFileSync(file, readFileSync(file, 'utf8').replace(...change))
  return project
}

describe('a start refuses in one sentence', () => {
  test.each<[string, [string, string], string]>([
    [
      'that is wrong',
      ['READ_ACCESS = "public"', 'READ_ACCESS = "hidden"'],
      'wrangler.toml: Configuration: READ_ACCESS must be one of public, members\n',
    ],
    [
      'that is missing',
      ['ENVIRONMENT = "local"', ''],
      'wrangler.toml: Configuration: ENVIRONMENT is missing\n',
    ],
  ])('a setting %s, by its name', async (_, change, sentence) => {
    const env = { PORT: String(await freePort()), DATA_DIR: makeFolder() }
    const started = start(env, projectWith(change))
    expect(await started.ended).toBe(1)
    expect(started.complained()).toBe(sentence)
    expect(started.printed()).toBe('')
  })

  test('code that cannot be built, at once and by what is wrong with it', async () => {
    const project = projectWith(['', ''])
    appendFileSync(join(project, 'src/worker.ts'), "import './not-there.ts'\n")
    const started = start({ PORT: String(await freePort()), DATA_DIR: makeFolder() }, project)
    expect(await started.ended).toBe(1)
    expect(started.complained()).toContain('Could not resolve "./not-there.ts"')
    expect(started.printed()).toBe('')
  })

  test('a database without a table that is said to be there', async () => {
    const folder = makeFolder()
    const postgres = await openPostgres({ dataDir: join(folder, 'postgres') })
    await runMigrations(postgres)
    await postgres.use((session) => session.query('drop table sessions'))
    await postgres.close()
    const started = start({ PORT: String(await freePort()), DATA_DIR: folder })
    expect(await started.ended).toBe(1)
    expect(started.complained()).toBe(
      `Postgres (embedded (PGlite), in ${folder}/postgres) cannot serve: A table or a column that this version needs is not there (sessions)\n`,
    )
    expect(started.printed()).toBe('')
  })

  test.skipIf(!findRedisServer())('a Redis that takes no writes', async ({ onTestFinished }) => {
    const folder = makeFolder()
    const server = await startRedisServer(join(folder, 'redis'))
    onTestFinished(server.stop)
    const admin = new Client(server.url, { protocol: 2 })
    await admin.config('SET', 'maxmemory', '1')
    admin.disconnect()
    const env = { PORT: String(await freePort()), DATA_DIR: makeFolder(), REDIS_URL: server.url }
    const started = start(env)
    expect(await started.ended).toBe(1)
    expect(started.complained()).toMatch(
      /^Redis \(127\.0\.0\.1:\d+\) cannot serve: It has no space left for what is written \(OOM\)\n$/,
    )
    expect(started.printed()).toBe('')
  })
})
