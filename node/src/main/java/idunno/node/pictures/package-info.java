/**
 * Pictures: files of any kind become pixels as PIL reads them, and pixels become a network's input
 * as its authors made it. A file that claims or hides more than a picture may have is an error of
 * its own, found before memory is taken.
 */
package idunno.node.pictures;
