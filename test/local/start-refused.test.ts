// A start that cannot serve prints the reason instead of its greeting.
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { describe, expect, test } from 'vitest'
import { openPostgres } from '../../local/postgres.ts'
import { copyProject, place, refusalOf, type Start, start, startDevServer } from './starts.ts'

/** Without the lines that say each second what it does. */
const greetingOf = (started: Start) => started.printed().replaceAll(/^ +\d+ s {2}.+\n/gm, '')

describe('a start refuses in one sentence', () => {
  test('a page that cannot be built, with the error', async () => {
    const project = copyProject()
    appendFileSync(join(project, 'src/web/main.ts'), 'const one = = 1\n')
    const started = start(await place(), project)
    expect(stripVTControlCharacters((await refusalOf(started)) ?? '')).toMatch(
      /^The assets for browsers cannot be built: Build failed with 1 error:\n[\s\S]*Unexpected token\n[\s\S]*main\.ts:\d+:\d+[\s\S]*const one = = 1\n/,
    )
    expect(greetingOf(started)).toBe('')
  })

  test('a database that lacks a table of the applied migrations', async () => {
    const env = await place()
    const dataDir = join(env.DATA_DIR, 'postgres')
    const postgres = await openPostgres({ dataDir })
    await postgres.use((session) => session.query('drop table sessions'))
    await postgres.close()
    const started = start(env)
    expect(await refusalOf(started)).toBe(
      `Postgres (embedded (PGlite), in ${dataDir}) cannot serve: A table or a column that this version needs is not there (sessions)\n`,
    )
    expect(greetingOf(started)).toBe('')
  })
})

describe('the development server refuses', () => {
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
    const project = copyProject()
    const file = join(project, 'wrangler.toml')
    writeFileSync(file, readFileSync(file, 'utf8').replace(...change))
    const started = startDevServer(project)
    expect(await started.ended).toBe(1)
    expect(started.printed()).toBe(sentence)
  })

  test('code that cannot be built, at once and with the error', async () => {
    const project = copyProject()
    appendFileSync(join(project, 'src/worker.ts'), "import './not-there.ts'\n")
    const started = startDevServer(project)
    expect(await started.ended).toBe(1)
    expect(started.printed()).toContain('Could not resolve "./not-there.ts"')
  })
})
