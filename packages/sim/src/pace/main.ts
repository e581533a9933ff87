import { wantsHelp } from '../command-line/options.ts';
import { withoutRealTime } from '../host/real-time-guard.ts';
import { measurePace, type PaceMeasurement } from './measure-pace.ts';
import { networkKinds } from './networks.ts';
import { paceKinds } from './paces.ts';

/** So many clusters for each line of the table. */
const usualSeeds = 40;

/** How the command is used. */
const usage = `npm run sim:pace -- [SEEDS]
  SEEDS  for each line of the table (${usualSeeds})`;

/** Prints what each pace does on each network, as a table in Markdown: the first argument is how many seeds each line takes. The answer is the exit code: 2 if that makes no sense. */
export function comparePaces(args: readonly string[]): number {
  if (wantsHelp(args)) {
    console.log(usage);
    return 0;
  }
  const seeds = args[0] === undefined ? usualSeeds : Number(args[0]);
  if (!Number.isSafeInteger(seeds) || seeds < 1 || args.length > 1) {
    console.error(usage);
    return 2;
  }
  console.log(
    '| Network | Pace | Messages a second | Campaigns in an hour | Terms in an hour | Without a leader | Silence noticed: median, 99 % | Replaced: median, 99 % |',
  );
  console.log('|---|---|---:|---:|---:|---:|---:|---:|');
  for (const network of networkKinds) {
    for (const pace of paceKinds) {
      const measured = Array.from({ length: seeds }, (_, place) =>
        withoutRealTime(() => measurePace(place + 1, network, pace)),
      );
      console.log(`| ${[network.name, pace.name, ...cellsOf(measured)].join(' | ')} |`);
    }
  }
  return 0;
}

/** Each seed has a minute of calm. */
const minutesInHour = 60;

function cellsOf(measured: readonly PaceMeasurement[]): readonly string[] {
  const meanOf = (of: (one: PaceMeasurement) => number): number =>
    measured.reduce((sum, one) => sum + of(one), 0) / measured.length;
  return [
    meanOf(({ messagesPerSecond }) => messagesPerSecond).toFixed(0),
    (minutesInHour * meanOf(({ campaigns }) => campaigns)).toFixed(0),
    (minutesInHour * meanOf(({ terms }) => terms)).toFixed(0),
    `${(100 * meanOf(({ leaderless }) => leaderless)).toFixed(1)} %`,
    timesOf(measured.map(({ noticedMs }) => noticedMs)),
    timesOf(measured.map(({ replacedMs }) => replacedMs)),
  ];
}

/** Of those that came to it, and how many did not. */
function timesOf(all: readonly (number | null)[]): string {
  const times = all.filter((ms) => ms !== null).sort((one, other) => one - other);
  const never = all.length - times.length;
  const at = (share: number): string => (times[Math.ceil(share * times.length) - 1] ?? Number.NaN).toFixed(0);
  const text = times.length === 0 ? '' : `${at(0.5)} ms, ${at(0.99)} ms`;
  if (never === 0) return text;
  return text === '' ? 'never' : `${text}; ${never} of ${all.length} never`;
}
