// Builds the production bundle as a deploy does.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { unstable_readConfig } from 'wrangler'

const root = join(import.meta.dirname, '../..')
const wrangler = join(root, 'node_modules/wrangler/bin/wrangler.js')

export type Bundle = {
  script: string
  compatibilityDate: string
  compatibilityFlags: string[]
  vars: Record<string, string>
  dispose(): void
}

export function buildBundle(): Bundle {
  const folder = mkdtempSync(join(tmpdir(), 'edge-chat-bench-'))
  const options = ['--dry-run', '--minify', '--outdir', folder, '--env', 'production']
  execFileSync(process.execPath, [wrangler, 'deploy', ...options], {
    cwd: root,
    // The build command calls `node`, which has to be the one that runs the bench.
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const config = unstable_readConfig(
    { config: join(root, 'wrangler.toml'), env: 'production' },
    { hideWarnings: true },
  )
  return {
    script: readFileSync(join(folder, 'worker.js'), 'utf8'),
    compatibilityDate: config.compatibility_date ?? '',
    compatibilityFlags: config.compatibility_flags,
    vars: config.vars as Record<string, string>,
    dispose: () => rmSync(folder, { recursive: true, force: true }),
  }
}
