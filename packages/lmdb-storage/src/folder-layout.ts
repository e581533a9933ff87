/** The folder of the log environment, within a data folder. */
export const logFolder = 'log';

/** The folder of the state environment, within a data folder. */
export const stateFolder = 'state';

/** The folder of the snapshots, with one for each group, within a data folder. It appears when the node is in a cluster. */
export const snapshotsFolder = 'snapshots';

/** The folder of what a node in no cluster was given to be restored from, within a data folder. */
export const stagedFolder = 'staged';
