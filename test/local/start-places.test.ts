// Where a start runs: without a home folder, in a checkout that it must leave alone, half installed.
import { spawnSync } from 'node:child_process'
import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { freePort } from '../../local/ports.ts'
import { copyProject, makeFolder, start, startUp } from './starts.ts'

const limitMs = 60_000

function filesIn(folder: string): string[] {
  return globSync('**/*', { cwd: folder, exclude: (name) => name === 'node_modules' }).sort()
}

test('RUN-1 a start needs no home folder, and writes nothing outside its data folder', {
  timeout: limitMs,
}, async () => {
  const project = copyProject()
  const before = filesIn(project)
  const port = await freePort()
  const folder = makeFolder()
  const nowhere = { HOME: '/dev/null/home', XDG_CONFIG_HOME: '', XDG_CACHE_HOME: '' }
  const started = await startUp({ PORT: String(port), DATA_DIR: folder, ...nowhere }, project)
  const page = await fetch(`http://127.0.0.1:${port}/`)
  expect(await page.text()).toContain('<!doctype html>')
  expect(started.complained()).toBe('')
  expect(filesIn(project)).toEqual(before)
})

test.each([
  ['is a file', '/dev/null/x', /^The data folder \/dev\/null\/x cannot be used \(.*\): .*\n$/],
])('RUN-4 a data folder that %s is refused in one sentence', async (_, folder, sentence) => {
  const started = start({ PORT: String(await freePort()), DATA_DIR: folder })
  expect(await started.ended).toBe(1)
  expect(started.complained()).toMatch(sentence)
})

describe('a script of package.json', () => {
  const { dependencies, devDependencies } = JSON.parse(
    readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'),
  )

  /** What the script says in a project where these packages are there. */
  function run(packages: string[], node: string) {
    const project = makeFolder()
    cpSync(join(import.meta.dirname, '../../build'), join(project, 'build'), { recursive: true })
    const manifest = { dependencies, devDependencies: { ...devDependencies, node } }
    writeFileSync(join(project, 'package.json'), JSON.stringify(manifest))
    for (const name of packages) mkdirSync(join(project, 'node_modules', name), { recursive: true })
    writeFileSync(join(project, 'script.js'), 'console.log("it runs")')
    const args = ['-r', './build/installed.cjs', 'script.js']
    const { stdout, stderr, status } = spawnSync(process.execPath, args, {
      cwd: project,
      encoding: 'utf8',
    })
    return { stdout, stderr, status }
  }

  const program = `@esbuild/${process.platform}-${process.arch}`
  const all = [...Object.keys({ ...dependencies, ...devDependencies }), program]
  const remedy = 'run `npm ci --include=dev --include=optional --ignore-scripts=false` first\n'

  test.each(['wrangler', program])(
    'RUN-2 says that %s is missing, and how to install everything',
    (missing) => {
      const installed = all.filter((name) => name !== missing)
      expect(run(installed, '24.0.0')).toEqual({
        stdout: '',
        stderr: `The package ${missing} is not installed: ${remedy}`,
        status: 1,
      })
    },
  )

  test('RUN-3 says so where the Node of the project is missing and the system’s is too old', () => {
    expect(run(all, '99.1.0')).toEqual({
      stdout: '',
      stderr: `This is Node ${process.versions.node}, and the Node 99 of the project is not installed: ${remedy}`,
      status: 1,
    })
    expect(run(all, '24.0.0')).toEqual({ stdout: 'it runs\n', stderr: '', status: 0 })
  })
})
