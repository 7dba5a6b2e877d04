// Loaded by `node -r` before a script of package.json. If `npm ci` did not install everything, it prints one
// sentence instead of a stack trace. It is CommonJS, because the oldest Node must be able to read it.
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const { dependencies, devDependencies } = require('../package.json')

const complete = 'npm ci --include=dev --include=optional --ignore-scripts=false'
const needed = Number.parseInt(devDependencies.node, 10)
const folder = join(__dirname, '../node_modules')
/** Programs for this machine are optional packages: one stands for all of them. */
const program = `@esbuild/${process.platform}-${process.arch}`
const missing = [...Object.keys({ ...dependencies, ...devDependencies }), program].find(
  (name) => !existsSync(join(folder, name)),
)

if (missing) refuse(`The package ${missing} is not installed`)
if (Number.parseInt(process.versions.node, 10) < needed)
  refuse(
    `This is Node ${process.versions.node}, and the Node ${needed} of the project is not installed`,
  )

/** @param {string} fault */
function refuse(fault) {
  console.error(`${fault}: run \`${complete}\` first`)
  process.exit(1)
}
