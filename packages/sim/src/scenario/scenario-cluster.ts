import { ActorSystem, type Address, type GroupId, groupId, type NodeId, type Sender } from '@quorate/actor';
import {
  type ApiMessage,
  apiAt,
  type Configuration,
  defaultRaftSettings,
  type LogEntry,
  type LogFields,
  logIndex,
  logStoreAt,
  type Ports,
  type RaftSettings,
  silentPorts,
  startRaftGroup,
  type StatusPart,
  term,
} from '@quorate/raft';
import { SimulatedLogStorage } from '../disk/simulated-log-storage.ts';
import { type ActorMessage, isActorMessage } from '../host/actor-message.ts';
import type { SimulatedProcess } from '../host/simulated-node.ts';
import { WatchedStateMachine } from '../host/watched-state-machine.ts';
import { Watch } from '../invariants/watch.ts';
import { CommandRefused } from './invalid-scenario.ts';
import { commandAt, entriesText, entryText, hardStateText, messageText, nameText } from './message-text.ts';
import { ScenarioNode } from './scenario-node.ts';
import type { Trace } from './trace.ts';
import { VirtualTime } from './virtual-time.ts';
import { type Selection, type Waiting, Wires } from './wires.ts';
