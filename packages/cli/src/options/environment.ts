/** Variables of flags without a value: commander takes them for set whatever they hold. */
const switches: ReadonlySet<string> = new Set(['NATS_TLS', 'QUORATE_RESTART', 'QUORATE_VERBOSE']);

/**
 * Takes out of the environment what says nothing: our variables that are empty, and switches that say no. Otherwise an empty
 * QUORATE_PORT would be a bad port, and QUORATE_RESTART=false would turn it on.
 */
export function dropUnset(environment: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(environment)) {
    if (!/^(QUORATE|NATS)_/.test(name)) continue;
    const isOff = switches.has(name) && /^(0|false|no|off)$/i.test(value ?? '');
    if (value === '' || isOff) delete environment[name];
  }
}
