package idunno.core.state;

import idunno.core.base.NodeName;
import idunno.core.files.ChunkId;

/** A node's replica that the cluster counts no longer: its bytes can go. */
public record DroppedReplica(ChunkId chunk, NodeName node) {}
